import { describe, expect, it } from "vitest";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { trainingOverridesSchema } from "@/trainer/format/training-config";
import { NUMBERS, settingsOf, TRAINING_CHOICES, TRAINING_NUMBERS, TRAINING_TEXTS, writeText } from "./fields";

const formOf = (entries: Record<string, string>) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(entries)) form.set(name, value);
  return form;
};

describe("the settings form", () => {
  it("turns texts into settings and leaves empty fields to the defaults", () => {
    const settings = projectSettingsSchema.parse(
      settingsOf(
        formOf({
          heldoutShare: "0.2",
          "sampling.temperature": "1",
          "sampling.topK": "",
          "training.baseModel": "tiny",
          "training.shared.pairsPerStep": "16",
          "training.safety.marginTable": "large",
          "training.safety.epochs": " ",
        }),
      ),
    );
    expect(settings).toMatchObject({ heldoutShare: 0.2, sampling: { temperature: 1, topK: 0 } });
    expect(settings.training).toEqual({
      baseModel: "tiny",
      shared: { pairsPerStep: 16 },
      helpfulness: {},
      safety: { marginTable: "large" },
    });
  });

  it("reads switches, lists and tables, and writes them as it reads them", () => {
    const shared = { recompute: true, loraTargets: ["q_proj", "v_proj"], sourceWeights: { ours: 1, hh: 0.5 } };
    const form = formOf({
      "training.shared.recompute": "true",
      "training.shared.loraTargets": writeText(shared.loraTargets),
      "training.shared.sourceWeights": writeText(shared.sourceWeights),
    });
    expect(projectSettingsSchema.parse(settingsOf(form)).training.shared).toEqual(shared);
    const wrong = settingsOf(formOf({ "training.shared.sourceWeights": "ours" }));
    expect(projectSettingsSchema.safeParse(wrong).success).toBe(false);
  });

  it("offers every field of the schema", () => {
    const training = [
      ...TRAINING_NUMBERS.map((field) => field.name),
      ...Object.keys(TRAINING_CHOICES),
      ...Object.keys(TRAINING_TEXTS),
    ];
    expect(training.sort()).toEqual(Object.keys(trainingOverridesSchema.shape).sort());
    const { training: _training, ...rest } = projectSettingsSchema.parse({});
    const names = Object.entries(rest).flatMap(([key, value]) =>
      typeof value === "object" ? Object.keys(value).map((inner) => `${key}.${inner}`) : [key],
    );
    const offered = Object.values(NUMBERS).flatMap((fields) => fields.map((field) => field.name));
    expect(offered.sort()).toEqual(names.sort());
  });
});

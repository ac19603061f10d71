/**
 * Additions on disk in PEFT's layout: `adapter_config.json` and `adapter_model.safetensors`, which `PeftModel.from_pretrained` reads onto
 * the same base model. A reward model's head travels with them as a `modules_to_save` (without it PEFT would draw a new one).
 */
import path from "node:path";
import { writeDirectoryAtomic, writeFileAtomic, writeFully } from "./atomic-file";
import { CheckpointError } from "./checkpoint-error";
import { isAdapterTensor, type LoraSettings } from "./lora";
import { REWARD_HEAD } from "./model/parameters";
import { type HostTensor, readSafetensors, writeSafetensors } from "./safetensors";

const PREFIX = "base_model.model.";

export interface AdapterFiles {
  settings: LoraSettings;
  /** Of the base model. */
  layerCount: number;
  /** As the run was given it; PEFT looks for it there. */
  baseModel: string;
  head: "reward" | "language-model";
  /** The additions, and the reward head where there is one. */
  tensors: ReadonlyMap<string, HostTensor>;
}

function configOf({ settings, layerCount, baseModel, head }: AdapterFiles): Record<string, unknown> {
  const { frozenLayers } = settings;
  const layers = Array.from({ length: layerCount - frozenLayers }, (_, index) => frozenLayers + index);
  return {
    peft_type: "LORA",
    task_type: head === "reward" ? "SEQ_CLS" : "CAUSAL_LM",
    base_model_name_or_path: baseModel,
    r: settings.rank,
    lora_alpha: settings.alpha,
    lora_dropout: settings.dropout,
    target_modules: [...settings.targets],
    modules_to_save: head === "reward" ? ["score"] : null,
    layers_to_transform: frozenLayers > 0 ? layers : null,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    use_rslora: false,
    use_dora: false,
  };
}

/** Writes the directory, whole or not at all. */
export async function saveAdapterDirectory(
  directory: string,
  adapter: AdapterFiles,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const named = new Map<string, HostTensor>();
  for (const [name, tensor] of adapter.tensors)
    if (isAdapterTensor(name) || name === REWARD_HEAD) named.set(PREFIX + name, tensor);
  const texts = new Map([["adapter_config.json", `${JSON.stringify(configOf(adapter), null, 2)}\n`], ...files]);
  await writeDirectoryAtomic(directory, async (temporary) => {
    await writeSafetensors(path.join(temporary, "adapter_model.safetensors"), named, { metadata: { format: "pt" } });
    for (const [name, text] of texts)
      await writeFileAtomic(path.join(temporary, name), (handle) => writeFully(handle, Buffer.from(text, "utf8")));
  });
}

/** The tensors of an adapter directory under our names. Errors: CheckpointError for one that PEFT would not have named so. */
export async function readAdapterTensors(directory: string): Promise<Map<string, HostTensor>> {
  const file = path.join(directory, "adapter_model.safetensors");
  const tensors = new Map<string, HostTensor>();
  for (const [name, tensor] of (await readSafetensors(file)).tensors) {
    if (!name.startsWith(PREFIX)) throw new CheckpointError(file, name, `does not begin with ${PREFIX}`);
    tensors.set(name.slice(PREFIX.length), tensor);
  }
  return tensors;
}

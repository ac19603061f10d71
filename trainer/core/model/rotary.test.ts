import { describe, expect, it } from "vitest";
import { parseRopeScaling, type RopeParameters, ropeScalingJson, rotaryFrequencies, rotaryTables } from "./rotary";

const refuse = (message: string): never => {
  throw new Error(message);
};

/** Heads of 16: frequencies, and cos and sin of position 37, from LlamaRotaryEmbedding of transformers 5.23. */
const CASES: [string, RopeParameters, number[], number[], number[]][] = [
  [
    "default",
    { rope_type: "default", rope_theta: 10000.0 },
    [
      1.0, 0.3162277638912201, 0.10000000149011612, 0.03162277862429619, 0.009999999776482582, 0.003162277862429619,
      0.0010000000474974513, 0.0003162277862429619,
    ],
    [
      0.7654140591621399, 0.6479216814041138, -0.8481000065803528, 0.3901123106479645, 0.9323273301124573,
      0.9931628108024597, 0.9993155598640442, 0.9999315738677979,
    ],
    [
      -0.6435381174087524, -0.7617069482803345, -0.5298361778259277, 0.9207673072814941, 0.36161544919013977,
      0.116737499833107, 0.036991558969020844, 0.011700160801410675,
    ],
  ],
  [
    "linear",
    { rope_type: "linear", rope_theta: 10000.0, factor: 4.0 },
    [
      0.25, 0.07905694097280502, 0.02500000037252903, 0.007905694656074047, 0.0024999999441206455,
      0.0007905694656074047, 0.0002500000118743628, 7.905694656074047e-5,
    ],
    [
      -0.9847651720046997, -0.976658284664154, 0.6018345952033997, 0.9575229287147522, 0.9957249164581299,
      0.999572217464447, 0.9999572038650513, 0.9999957084655762,
    ],
    [
      0.17388948798179626, 0.21479886770248413, 0.7986207604408264, 0.2883571684360504, 0.09236814826726913,
      0.029246900230646133, 0.009249867871403694, 0.0029251028317958117,
    ],
  ],
  [
    "dynamic",
    { rope_type: "dynamic", rope_theta: 10000.0, factor: 4.0 },
    [
      1.0, 0.3162277638912201, 0.10000000149011612, 0.03162277862429619, 0.009999999776482582, 0.003162277862429619,
      0.0010000000474974513, 0.0003162277862429619,
    ],
    [
      0.7654140591621399, 0.6479216814041138, -0.8481000065803528, 0.3901123106479645, 0.9323273301124573,
      0.9931628108024597, 0.9993155598640442, 0.9999315738677979,
    ],
    [
      -0.6435381174087524, -0.7617069482803345, -0.5298361778259277, 0.9207673072814941, 0.36161544919013977,
      0.116737499833107, 0.036991558969020844, 0.011700160801410675,
    ],
  ],
  [
    "llama3",
    {
      rope_type: "llama3",
      rope_theta: 500000.0,
      factor: 8.0,
      low_freq_factor: 1.0,
      high_freq_factor: 4.0,
      original_max_position_embeddings: 64,
    },
    [
      1.0, 0.07940301299095154, 0.004700753837823868, 0.0009115831344388425, 0.00017677668074611574,
      3.428102354519069e-5, 6.647869668086059e-6, 1.289173155782919e-6,
    ],
    [
      0.7654140591621399, -0.9793286323547363, 0.984912633895874, 0.9994312524795532, 0.9999786019325256,
      0.9999992251396179, 1.0, 1.0,
    ],
    [
      -0.6435381174087524, 0.20227573812007904, 0.17305229604244232, 0.033722180873155594, 0.006540690548717976,
      0.0012683975510299206, 0.0002459711686242372, 4.7699406422907487e-5,
    ],
  ],
  [
    "yarn",
    { rope_type: "yarn", rope_theta: 10000.0, factor: 4.0, original_max_position_embeddings: 64 },
    [
      1.0, 0.23717081546783447, 0.04999999701976776, 0.007905694656074047, 0.0024999999441206455, 0.0007905694656074047,
      0.0002500000118743628, 7.905694656074047e-5,
    ],
    [
      0.8715229630470276, -0.9068178534507751, -0.3137950599193573, 1.090263843536377, 1.1337616443634033,
      1.1381423473358154, 1.1385806798934937, 1.1386245489120483,
    ],
    [
      -0.7327514290809631, 0.6885915398597717, 1.094536304473877, 0.32833194732666016, 0.10517309606075287,
      0.03330138325691223, 0.010532171465456486, 0.003330608131363988,
    ],
  ],
  [
    "yarn with its own settings",
    {
      rope_type: "yarn",
      rope_theta: 10000.0,
      factor: 8.0,
      original_max_position_embeddings: 256,
      beta_fast: 16,
      beta_slow: 2,
      mscale: 0.7,
      mscale_all_dim: 0.9,
      truncate: false,
    },
    [
      1.0, 0.28740859031677246, 0.04244179651141167, 0.0039528473280370235, 0.0012499999720603228,
      0.00039528473280370235, 0.0001250000059371814, 3.9528473280370235e-5,
    ],
    [
      0.7385996580123901, -0.34124791622161865, 0.00043409268255345523, 0.9546652436256409, 0.9639356136322021,
      0.9648643136024475, 0.9649571776390076, 0.9649664759635925,
    ],
    [
      -0.6209933757781982, -0.9026140570640564, 0.9649673700332642, 0.14062903821468353, 0.04461383819580078,
      0.014112662523984909, 0.00446295877918601, 0.0014113161014392972,
    ],
  ],
];

describe("rotaryTables", () => {
  it.each(CASES)("computes %s RoPE as transformers does", (_, parameters, frequencies, cos, sin) => {
    const settings = {
      headDim: 16,
      ropeTheta: parameters.rope_theta as number,
      ropeScaling: parseRopeScaling(parameters, 4096, refuse),
    };
    expect([...rotaryFrequencies(settings)]).toEqual(frequencies.map(Math.fround));
    const tables = rotaryTables(Int32Array.of(0, 37), settings);
    for (let half = 16; half < 32; half += 8)
      for (let i = 0; i < 8; i += 1) {
        expect(tables.cos[half + i]).toBeCloseTo(cos[i]!, 6);
        expect(tables.sin[half + i]).toBeCloseTo(sin[i]!, 6);
      }
  });
});

describe("parseRopeScaling", () => {
  it.each(CASES)("writes %s RoPE so that it reads back the same", (_, parameters) => {
    const scaling = parseRopeScaling(parameters, 4096, refuse);
    expect(parseRopeScaling(ropeScalingJson(scaling) as RopeParameters, 4096, refuse)).toEqual(scaling);
  });

  it("takes max_position_embeddings where the original length is not given", () => {
    const parameters = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
    expect(parseRopeScaling(parameters, 2048, refuse)).toMatchObject({ originalPositionsMax: 2048 });
  });

  it.each<[RopeParameters, RegExp]>([
    [{ rope_type: "linear" }, /"linear" needs factor/],
    [{ type: "llama3", factor: 8, low_freq_factor: 4, high_freq_factor: 4 }, /not above low_freq_factor/],
    [{ rope_type: "longrope" }, /"longrope" is not supported/],
    [{ partial_rotary_factor: 0.25 }, /partial_rotary_factor/],
  ])("refuses %j", (parameters, message) => {
    expect(() => parseRopeScaling(parameters, 64, refuse)).toThrow(message);
  });
});

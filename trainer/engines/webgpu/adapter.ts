/** The parts of the `webgpu` package (Dawn for Node) and of tfjs-backend-webgpu that the engine uses. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { EngineError } from "../engine";
import { privateRequire } from "../install/private-modules";
import type { WebgpuBackend } from "./reads";

interface AdapterInfo {
  vendor: string;
  architecture: string;
  device: string;
  description: string;
  isFallbackAdapter?: boolean;
}

interface DeviceError {
  preventDefault?(): void;
  error: { message: string };
}

export interface Device {
  lost: Promise<{ reason: string; message: string }>;
  addEventListener(event: "uncapturederror", listener: (event: DeviceError) => void): void;
  destroy(): void;
}

export interface Adapter {
  readonly info: AdapterInfo;
  readonly features: ReadonlySet<string>;
  readonly limits: Record<string, number>;
  requestDevice(descriptor: object): Promise<Device>;
}

interface Gpu {
  requestAdapter(options: object): Promise<Adapter | null>;
}

interface DawnModule {
  create(flags: string[]): Gpu;
  /** `GPUBufferUsage` and the like, which the tfjs backend expects on globalThis. */
  globals: Record<string, unknown>;
}

interface BackendModule {
  WebGPUBackend: new (device: Device, info: AdapterInfo) => WebgpuBackend;
}

/** Rasterisers that compute on the CPU: good for a test, slower than wasm. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

const NO_ADAPTER =
  process.platform === "linux"
    ? "no GPU answered: Linux needs libvulkan.so.1 and the GPU's Vulkan driver (Debian: apt-get install libvulkan1 mesa-vulkan-drivers; NVIDIA: its own driver)"
    : "no GPU answered: is there one, and its driver?";

/** Limits that the backend makes use of, as tfjs-backend-webgpu asks for them. */
const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
];

// Dawn ends the process when its instance is collected while it is in use.
let gpu: Gpu | null = null;

/** Loads Dawn from `<directory>/node_modules` and asks for the fastest adapter. Throws EngineError where there is none. */
export async function requestAdapter(directory: string): Promise<Adapter> {
  if (gpu === null) {
    const file = path.join(directory, "node_modules", "webgpu", "index.js");
    const dawn = (await import(pathToFileURL(file).href)) as DawnModule;
    Object.assign(globalThis, dawn.globals);
    gpu = dawn.create([]);
    // tfjs-backend-webgpu looks there; newer Node has a `navigator` of its own that cannot be replaced by assignment.
    if (typeof navigator === "undefined")
      Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
    Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch((cause: Error) => {
    throw new EngineError(`${NO_ADAPTER} (${cause.message})`, { cause });
  });
  if (adapter === null) throw new EngineError(NO_ADAPTER);
  return adapter;
}

export function isSoftware({ info }: Adapter): boolean {
  return info.isFallbackAdapter === true || SOFTWARE.test(`${info.vendor} ${info.architecture} ${info.description}`);
}

/** For example "NVIDIA H100 (nvidia, driver 550)" or "SwiftShader driver 5.0.0 (google, software)". */
export function adapterName(adapter: Adapter): string {
  const { vendor, device, description } = adapter.info;
  const name = device && description ? `${device} ${description}` : device || description || vendor;
  return `${name} (${[vendor, ...(isSoftware(adapter) ? ["software"] : [])].filter((part) => part !== "").join(", ")})`;
}

/** Opens the adapter's device and makes the tfjs backend on it. */
export async function createBackend(
  directory: string,
  adapter: Adapter,
): Promise<{ backend: WebgpuBackend; device: Device }> {
  const { WebGPUBackend } = privateRequire(directory)("@tensorflow/tfjs-backend-webgpu") as BackendModule;
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  });
  return { backend: new WebGPUBackend(device, adapter.info), device };
}

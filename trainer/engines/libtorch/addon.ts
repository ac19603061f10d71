/** The native addon as TypeScript sees it, and operators by name on top of it. */
import { createRequire } from "node:module";

/** A tensor inside the addon. Handles are never reused; using one after `free` throws. */
export type Handle = number;
export type OperatorArgument = Handle | boolean | string | null | undefined | readonly (number | null)[];
export type OperatorResult = Handle | boolean | null | undefined | OperatorResult[];

export interface LibtorchAddon {
  /** Id of `aten::name[.overload]`; throws where this libtorch has none. */
  operator(name: string): number;
  /** In-place operators give undefined. */
  call(operatorId: number, ...args: OperatorArgument[]): OperatorResult;
  /** Copies the values to a new tensor on `device`; Uint8Array makes a bool tensor. */
  from(values: Float32Array | Int32Array | Uint8Array, shape: readonly number[], device: string): Handle;
  /** Copies a tensor's values out: Float32Array, Int32Array, or Uint8Array for bool. */
  read(handle: Handle): Float32Array | Int32Array | Uint8Array;
  free(handle: Handle): void;
  /** [dtype as c10::ScalarType's number, ...shape] */
  describe(handle: Handle): number[];
  /** [live handles, bytes of the storages behind them] */
  memory(): [number, number];
  /** Threads used inside one operator; sets them first where a count is given. */
  threads(count?: number): number;
  /** Whether this libtorch sees a GPU. */
  device(): "cpu" | "cuda";
  /** Seeds torch's random generators. */
  seed(seed: number): void;
}

/** Loads the built addon; throws Node's loader error where a library is missing. */
export function loadAddon(file: string): LibtorchAddon {
  return createRequire(import.meta.url)(file) as LibtorchAddon;
}

/** Calls operators by name, looking each up once. */
export class Torch {
  private readonly operators = new Map<string, number>();

  constructor(
    readonly addon: LibtorchAddon,
    readonly device: "cpu" | "cuda",
  ) {}

  /** Runs `aten::name`, or `name` where it says its namespace; errors carry torch's message behind the operator's name. */
  call(name: string, ...args: OperatorArgument[]): OperatorResult {
    let operator = this.operators.get(name);
    if (operator === undefined) {
      operator = this.addon.operator(name.includes("::") ? name : `aten::${name}`);
      this.operators.set(name, operator);
    }
    try {
      return this.addon.call(operator, ...args);
    } catch (cause) {
      throw new Error(`libtorch ${name}: ${(cause as Error).message}`, { cause });
    }
  }
}

/** The native addon as TypeScript sees it, and operators by name on top of it. */
import { createRequire } from "node:module";
import { OutOfMemoryError } from "../engine";

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
  /** Bytes that tensors occupy: now, and the most so far. On a GPU where there is one, with what torch keeps for reuse. */
  memoryUse(): [number, number];
  /** Bound of what tensors on the CPU may occupy, in bytes; 0 for none. */
  limitMemory(bytes: number): void;
  /** Threads used inside one operator; sets them first where a count is given. */
  threads(count?: number): number;
  /** Threads among which the addon's own loops are shared out. */
  loopThreads(): number;
  /** Whether this libtorch sees a GPU. */
  device(): "cpu" | "cuda";
  /** Seeds torch's random generators. */
  seed(seed: number): void;
}

/** Loads the built addon; throws Node's loader error where a library is missing. */
export function loadAddon(file: string): LibtorchAddon {
  return createRequire(import.meta.url)(file) as LibtorchAddon;
}

/** The addon's error with the operation's name, and of its own kind where memory ran out. */
function errorOf(operation: string, cause: unknown): Error {
  const { message, code } = cause as NodeJS.ErrnoException;
  const text = `libtorch ${operation}: ${message}`;
  return code === "ERR_LIBTORCH_MEMORY" ? new OutOfMemoryError(text, { cause }) : new Error(text, { cause });
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
      throw errorOf(name, cause);
    }
  }

  /** Copies values to a new tensor on the engine's device. */
  from(values: Float32Array | Int32Array | Uint8Array, shape: readonly number[]): Handle {
    try {
      return this.addon.from(values, shape, this.device);
    } catch (cause) {
      throw errorOf("copy", cause);
    }
  }
}

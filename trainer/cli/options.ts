/** Parsers of command options: each says what was wrong with the value. */
import { type Command, InvalidArgumentError } from "commander";
import { ENGINE_NAMES } from "../format/training-config";

export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError("a whole number, 0 or more, is needed.");
  return number;
}

export function realNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("a number is needed.");
  return number;
}

export type EngineChoice = (typeof ENGINE_NAMES)[number];

export function engineName(value: string): EngineChoice {
  const found = ENGINE_NAMES.find((name) => name === value);
  if (found === undefined) throw new InvalidArgumentError(`one of ${ENGINE_NAMES.join(", ")} is needed.`);
  return found;
}

export function taskName(value: string): "helpfulness" | "safety" {
  if (value !== "helpfulness" && value !== "safety") throw new InvalidArgumentError("helpfulness or safety is needed.");
  return value;
}

export function withEngine(command: Command): Command {
  return command.option("--engine <name>", `arithmetic: ${ENGINE_NAMES.join(", ")}`, engineName, "auto");
}

/** Options that were given, without those that were not. */
export function given<T extends Record<string, unknown>>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Option values that commander checks, with messages in one style. */
import { InvalidArgumentError, Option } from "commander";
import { ENGINE_NAMES } from "@/trainer/format/training-config";

export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`must be a whole number, at least ${least}`);
    return value;
  };

export const numberBetween =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < low || value > high)
      throw new InvalidArgumentError(`must be a number from ${low} to ${high}`);
    return value;
  };

export const project = () =>
  new Option("-p, --project <id or name>", "the project (may be left out when there is only one)");
export const task = (text: string) => new Option("-t, --task <task>", text).choices(["helpfulness", "safety"]);
export const engine = () =>
  new Option("-e, --engine <engine>", "what computes").choices([...ENGINE_NAMES]).default("auto");

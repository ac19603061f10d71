#!/usr/bin/env node
/** Starts the trainer's TypeScript under tsx, in this very process: what ends the command (kill -9 included) ends the run. */
import { register } from "tsx/esm/api";

register();
await import("../cli/main.ts");

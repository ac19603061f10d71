/** What can go wrong in a recipe, by kind, so that commands and the worker can tell a user's mistake from a broken run. */

/** The data cannot train or evaluate a model: empty, of one side only, not of this task. */
export class TrainingDataError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TrainingDataError";
  }
}

/** The output directory holds another run, or the checkpoint belongs to other data or settings. */
export class RunDirectoryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RunDirectoryError";
  }
}

/** Loss or gradient stopped being a finite number. The last checkpoint, from before, is kept. */
export class TrainingDivergedError extends Error {
  constructor(
    readonly step: number,
    readonly what: string,
    readonly checkpointDirectory: string | null,
  ) {
    const kept =
      checkpointDirectory === null
        ? "there is no earlier checkpoint"
        : `the last good checkpoint is ${checkpointDirectory}`;
    super(
      `step ${step}: ${what} is not a finite number; the update was not made and ${kept}. Try a lower learning rate.`,
    );
    this.name = "TrainingDivergedError";
  }
}

/** A pair (or dialogue) alone needs more memory than there is. */
export class ItemTooLargeError extends Error {
  constructor(step: number, id: string, tokens: number, options?: ErrorOptions) {
    super(
      `step ${step}: "${id}" (${tokens} tokens) does not fit in memory even by itself. Set recompute, lower tokensPerRowMax, ` +
        "or train with LoRA (method lora) or frozen layers.",
      options,
    );
    this.name = "ItemTooLargeError";
  }
}

const FULL = "free some space and resume the run";
const CLOSED = "choose another output directory, or change that and resume the run";
const DISK_ERRORS: Record<string, [meaning: string, advice: string]> = {
  ENOSPC: ["the disk is full", FULL],
  EDQUOT: ["the disk quota is used up", FULL],
  EFBIG: ["a file this large may not be written here", CLOSED],
  EROFS: ["the file system is read-only", CLOSED],
  EACCES: ["there is no permission to write here", CLOSED],
  EPERM: ["there is no permission to write here", CLOSED],
  ENOTDIR: ["a part of the path is a file, not a folder", CLOSED],
  EEXIST: ["a file is in the place of a folder", CLOSED],
  EIO: ["the disk reported an error", CLOSED],
};

/** Runs `write` and turns what the disk refuses into a RunDirectoryError that says where and what. */
export async function withDiskErrors<T>(target: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const known = DISK_ERRORS[(cause as NodeJS.ErrnoException).code ?? ""];
    if (known === undefined) throw cause;
    const [meaning, advice] = known;
    throw new RunDirectoryError(`cannot write ${target}: ${meaning}; what was saved before is kept: ${advice}`, {
      cause,
    });
  }
}

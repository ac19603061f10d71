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
  constructor(message: string) {
    super(message);
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

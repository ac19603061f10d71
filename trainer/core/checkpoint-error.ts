/** Bad checkpoint input: always names the file, and the tensor where one is to blame. */
export class CheckpointError extends Error {
  constructor(
    readonly file: string,
    readonly tensor: string | null,
    /** What is wrong, without file and tensor. */
    readonly detail: string,
  ) {
    super(tensor === null ? `${file}: ${detail}` : `${file}: tensor "${tensor}": ${detail}`);
    this.name = "CheckpointError";
  }
}

/** Bad checkpoint input: always names the file, and the tensor where one is to blame. */
export class CheckpointError extends Error {
  constructor(
    readonly file: string,
    readonly tensor: string | null,
    message: string,
  ) {
    super(tensor === null ? `${file}: ${message}` : `${file}: tensor "${tensor}": ${message}`);
    this.name = "CheckpointError";
  }
}

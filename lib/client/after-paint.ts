/** A tab that nobody sees paints no frame; then it runs after this long all the same. */
const FRAME_MS_MAX = 100;

/** Runs once the next frame is on screen, for what may wait until the person sees what they wait for. Returns the way to stop. */
export function afterPaint(run: () => void): () => void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(late);
    clearTimeout(soon);
    cancelAnimationFrame(frame);
  };
  const finish = () => {
    stop();
    run();
  };
  const late = setTimeout(finish, FRAME_MS_MAX);
  const frame = requestAnimationFrame(() => {
    soon = setTimeout(finish, 0);
  });
  return stop;
}

/** One line per slow step, with seconds: live on a terminal, a line at the start and one at the end elsewhere. */
export async function withProgress<T>(label: string, work: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  const seconds = () => ((Date.now() - begun) / 1000).toFixed(1);
  const live = process.stdout.isTTY;
  if (!live) console.log(`- ${label} ...`);
  const timer = setInterval(() => {
    if (live) process.stdout.write(`\r- ${label} ... ${seconds()} s `);
  }, 250);
  try {
    const result = await work();
    console.log(`${live ? "\r" : ""}- ${label}: done in ${seconds()} s   `);
    return result;
  } catch (error) {
    console.log(`${live ? "\r" : ""}- ${label}: failed after ${seconds()} s   `);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

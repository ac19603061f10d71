/** The learning rate of each step: linear warm-up, then a cosine down to a share of the maximum. Source: Llama 2 section 3.2.2. */

export interface Schedule {
  stepsTotal: number;
  learningRateMax: number;
  /** The cosine ends at this share of the maximum (paper: 0.1). */
  learningRateFloorShare: number;
  /** Share of all steps spent warming up (paper: 0.03). */
  warmupShare: number;
  /** Warm-up lasts at least so many steps (paper: 5). */
  warmupStepsMin: number;
}

export function warmupSteps(schedule: Schedule): number {
  return Math.max(schedule.warmupStepsMin, Math.ceil(schedule.warmupShare * schedule.stepsTotal));
}

/** Learning rate of the 1-based `step`. The maximum is reached at the end of the warm-up, the floor at the last step. */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { learningRateMax, learningRateFloorShare, stepsTotal } = schedule;
  const warmup = warmupSteps(schedule);
  if (step <= warmup) return (learningRateMax * step) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, stepsTotal - warmup));
  const cosine = 0.5 * (1 + Math.cos(Math.PI * progress));
  return learningRateMax * (learningRateFloorShare + (1 - learningRateFloorShare) * cosine);
}

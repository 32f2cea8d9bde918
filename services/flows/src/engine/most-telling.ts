/** Of several failures, the one that decides what happens next: an outage, else one that a retry may mend. */
export function mostTelling(failures: readonly unknown[]): unknown {
  const withHint = (hint: string | undefined): unknown =>
    failures.find((error) => (error as { retry?: string } | undefined)?.retry === hint);
  return withHint('when-available') ?? withHint(undefined) ?? failures[0];
}

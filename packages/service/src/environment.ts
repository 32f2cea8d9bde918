/** The process environment. The only place that reads it; everything else takes arguments. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

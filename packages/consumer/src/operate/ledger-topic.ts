/** The ledger topic. Compaction keeps the last entry of each position. */
export const ledgerOf = (topic: string): string => `${topic}.ledger`;

/** What people can follow. */
export const followKinds = ['order', 'product', 'service', 'incident'] as const;
export type FollowKind = (typeof followKinds)[number];

export const isFollowKind = (text: string): text is FollowKind => (followKinds as readonly string[]).includes(text);

/** @returns the id in normal form; undefined if it cannot be one */
export function readTargetId(text: string): string | undefined {
  const id = text.trim();
  return id.length > 0 && id.length <= 256 && !/\p{Cc}/u.test(id) && id.isWellFormed() ? id : undefined;
}

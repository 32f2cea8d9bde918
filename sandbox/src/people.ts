/** The made-up people of the chat page, the shop and the demo. */
export const demoPeople = [
  { userId: 'user-jane', name: 'Jane Doe', email: 'jane@shop.example' },
  { userId: 'user-omar', name: 'Omar Haddad', email: 'omar@shop.example' },
] as const;

export type DemoPerson = (typeof demoPeople)[number];

import type { TranscriptEntry } from '@switchboard/events';

const ROLES: readonly (readonly [speaker: 'Customer' | 'Agent' | 'System' | 'bot', roles: readonly string[]])[] = [
  ['Customer', ['user', 'customer', 'visitor', 'contact', 'end_user', 'end-user']],
  ['bot', ['bot', 'assistant', 'ai', 'chatbot']],
  ['Agent', ['agent', 'human', 'operator', 'admin']],
  ['System', ['system']],
];
const SPEAKERS = new Map(ROLES.flatMap(([speaker, roles]) => roles.map((role) => [role, speaker] as const)));

/** Replaces the roles in the transcript by names for agents. Unknown roles stay unchanged. */
export function labelSpeakers(transcript: readonly TranscriptEntry[], botLabel: string): TranscriptEntry[] {
  return transcript.map((entry) => {
    const speaker = SPEAKERS.get(entry.role.trim().toLowerCase()) ?? entry.role;
    return { ...entry, role: speaker === 'bot' ? botLabel : speaker };
  });
}

/**
 * The life of a reply. Stop, a fault or the end of the studio can end it in every phase; what was made for it is taken
 * back where it ends so before its first word.
 *
 * | phase       | event → phase                                                                    |
 * | ----------- | -------------------------------------------------------------------------------- |
 * | asked       | begin → waiting                                                                  |
 * | waiting     | accept → reading, stop → stopped, fail → failed, crash → interrupted             |
 * | reading     | text → writing, end → ended, stop → stopped, fail → failed, crash → interrupted  |
 * | writing     | text → writing, end → ended, stop → stopped, fail → failed, crash → interrupted  |
 * | ended       |                                                                                  |
 * | stopped     |                                                                                  |
 * | failed      |                                                                                  |
 * | interrupted |                                                                                  |
 *
 * asked: its ids are made, and nothing is stored. waiting: its turn and its row are in the store, and it waits for
 * its model or for another reply. reading: the model has its prompt. writing: its text comes, and is journaled.
 * interrupted: the studio itself ended, and the next start makes text of what was journaled.
 */
export const REPLY_LIFE = {
  asked: { begin: 'waiting' },
  waiting: { accept: 'reading', stop: 'stopped', fail: 'failed', crash: 'interrupted' },
  reading: { text: 'writing', end: 'ended', stop: 'stopped', fail: 'failed', crash: 'interrupted' },
  writing: { text: 'writing', end: 'ended', stop: 'stopped', fail: 'failed', crash: 'interrupted' },
  ended: {},
  stopped: {},
  failed: {},
  interrupted: {},
} as const satisfies Record<string, Partial<Record<LifeEvent, string>>>;

export type LifeEvent = 'begin' | 'accept' | 'text' | 'end' | 'stop' | 'fail' | 'crash';
export type ReplyPhase = keyof typeof REPLY_LIFE;

/** The phase after an event; one that cannot come in a phase is a defect. */
export function phaseAfter(phase: ReplyPhase, event: LifeEvent): ReplyPhase {
  const next: ReplyPhase | undefined = (REPLY_LIFE[phase] as Partial<Record<LifeEvent, ReplyPhase>>)[event];
  if (next === undefined) throw new Error(`a reply that is ${phase} cannot ${event}`);
  return next;
}

/** Whether the model is at work for it. */
export const isAtWork = (phase: ReplyPhase): boolean => phase === 'reading' || phase === 'writing';

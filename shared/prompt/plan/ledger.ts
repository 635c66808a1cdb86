import type { Assembled } from './assemble.ts';
import { isBlank } from './notes.ts';
import type { Body, Window } from './window.ts';
import type { HeadText, PlanRequest, PromptFormat, PromptNote, PromptTurn, Segment, Source } from '../types.ts';

/** What of a path is sent at all: the head, which always stands first, and the turns that the window slides over. */
export function sortTurns(request: PlanRequest): { head: PromptTurn[]; turns: PromptTurn[] } {
  const sent = request.turns.filter(
    (turn, index) => !steers(turn, request) && (!isBlank(turn) || isOpen(index, request)),
  );
  const first = sent.findIndex((turn, index) => turn.role !== 'system' || (request.open && index === sent.length - 1));
  return first < 0 ? { head: sent, turns: [] } : { head: sent.slice(0, first), turns: sent.slice(first) };
}

const isOpen = (index: number, request: PlanRequest) => request.open && index === request.turns.length - 1;
const steers = (turn: PromptTurn, request: PlanRequest) =>
  request.format.kind === 'prose' && turn.role === 'user' && turn.steers === true;

/** The date that a prompt tells (F14): a preface may tell it only where no system turn leads. */
export function dateIn({ date, begins, preface, before, opensReply }: PromptFormat, isLed: boolean): string | null {
  const front = isLed ? [preface?.before, preface?.after] : [preface?.alone];
  const marks = [begins, ...front, ...Object.values(before), opensReply];
  return date !== undefined && marks.some((mark) => mark?.includes(date) === true) ? date : null;
}

/** The account of a prompt: each turn of the path and each note with its tokens, its place and why it is in or out. */
export function accountOf(
  request: PlanRequest,
  { head, body, window }: { head: readonly PromptTurn[]; body: Body; window: Window },
  prompt: Assembled,
) {
  const places = new Map<string | null, { at: number; tokens: number }>();
  prompt.owners.forEach((owner, at) => {
    const place = places.get(owner);
    if (place === undefined) places.set(owner, { at, tokens: 1 });
    else place.tokens += 1;
  });
  const examples = new Set(request.head?.flatMap(({ id, place }) => (place === 'example' ? [id] : [])));
  const sent = whySent(head, examples, body, window);
  const segment = (source: Source, role: PromptTurn['role'], left: Segment['reason']): Segment => {
    const { id } = source;
    const why = sent.get(id);
    if (why === undefined)
      return {
        source,
        role,
        placement: 'out',
        tokens: left === 'empty' ? 0 : null,
        at: null,
        reason: left,
        changes: [],
      };
    return {
      source,
      role,
      ...why,
      tokens: places.get(id)?.tokens ?? 0,
      at: places.get(id)?.at ?? null,
      changes: [...(prompt.changes.get(id) ?? [])],
    };
  };
  const { head: texts = [], notes = [] } = request;
  const inHead = (place: HeadText['place']) =>
    texts
      .filter((text) => text.place === place)
      .map((text) => {
        const left = isBlank(text) ? 'empty' : 'example';
        const told = segment(sourceOf(text), 'system', left);
        return text.hasClock === true ? { ...told, changes: [...told.changes, 'clock' as const] } : told;
      });
  const noteOf = new Map(notes.map((note) => [note.id, note]));
  const indexOf = new Map(body.turns.map((turn, index) => [turn, index]));
  const notesBefore = (index: number | undefined) =>
    body.notes
      .filter((note) => note.before === index)
      .map(({ turn }) => segment(sourceOf(noteOf.get(turn.id) ?? turn), turn.role, 'empty'));
  const ofTurns = request.turns.map((turn, index) => {
    const left = steers(turn, request) ? 'steering' : isBlank(turn) && !isOpen(index, request) ? 'empty' : 'older';
    return [...notesBefore(indexOf.get(turn)), segment({ kind: 'turn', id: turn.id }, turn.role, left)];
  });
  const ids = new Set(head.map(({ id }) => id));
  const led = request.turns.findLastIndex(({ id }) => ids.has(id)) + 1;
  const blank = notes.filter(isBlank).map((note) => segment(sourceOf(note), note.role, 'empty'));
  return {
    segments: [
      ...inHead('front'),
      ...ofTurns.slice(0, led).flat(),
      ...inHead('behind'),
      ...inHead('example'),
      ...ofTurns.slice(led).flat(),
      ...notesBefore(body.turns.length),
      ...blank,
    ],
    overhead: places.get(null)?.tokens ?? 0,
  };
}

const sourceOf = ({ id, field, of }: Pick<PromptNote, 'id' | 'field' | 'of'>): Source => ({
  kind: 'note',
  id,
  ...(field === undefined ? {} : { field }),
  ...(of === undefined ? {} : { of }),
});

function whySent(
  head: readonly PromptTurn[],
  examples: ReadonlySet<string>,
  { turns, notes }: Body,
  { from, offset, anchor }: Window,
): ReadonlyMap<string, Pick<Segment, 'placement' | 'reason'>> {
  const why = new Map<string, Pick<Segment, 'placement' | 'reason'>>();
  for (const turn of head) why.set(turn.id, { placement: 'in', reason: examples.has(turn.id) ? 'example' : 'head' });
  for (const { turn } of notes) why.set(turn.id, { placement: 'in', reason: 'note' });
  for (const turn of turns.slice(from)) why.set(turn.id, { placement: 'in', reason: 'recent' });
  const first = turns[from];
  if (first !== undefined && offset > 0) why.set(first.id, { placement: 'trimmed', reason: 'long' });
  if (anchor !== null) why.set(anchor.turn.id, { placement: anchor.offset > 0 ? 'trimmed' : 'in', reason: 'anchor' });
  return why;
}

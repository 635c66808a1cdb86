import { create } from 'zustand';
import type { CardFields } from '../../shared/cards/card.ts';
import type { CardChange, CharacterDocument, CharacterSummary } from '../../shared/contract/characters.ts';
import { FaultError } from '../../shared/faults/failure.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { api, queries } from '../lib/client.ts';
import { faultOf } from '../lib/faults.ts';
import { queryClient } from '../ui/query-client.ts';

export type Field = keyof CardFields;
type Value = CardFields[Field];

/** What a field said when it was read, and what the person made of it since. */
interface Draft {
  readonly was: Value;
  readonly is: Value;
}
type Drafts = Readonly<Partial<Record<Field, Draft>>>;

/** `picture`: the address of the one before. */
type Step = { readonly field: Field; readonly value: Value } | { readonly picture: string | null };

/** Of one character. */
interface CardEdits {
  readonly drafts: Drafts;
  /** Why they are not saved; null: they are on their way. */
  readonly fault: StudioFault | null;
  /** What the card said before each change, the newest last. */
  readonly undo: readonly Step[];
}

const NOTHING: CardEdits = { drafts: {}, fault: null, undo: [] };

/** What is not saved yet, of every character that was edited; it outlives the room. */
export const useEdits = create<{ readonly of: Readonly<Record<string, CardEdits>> }>(() => ({ of: {} }));

const editsOf = (id: string): CardEdits => useEdits.getState().of[id] ?? NOTHING;
const change = (id: string, part: Partial<CardEdits>): void =>
  useEdits.setState(({ of }) => ({ of: { ...of, [id]: { ...editsOf(id), ...part } } }));

export const useCardEdits = (id: string): CardEdits => useEdits(({ of }) => of[id] ?? NOTHING);

export type CardSaving = 'saved' | 'saving' | 'notSaved';

const isEmpty = (drafts: Drafts): boolean => Object.keys(drafts).length === 0;

export const savingOf = ({ drafts, fault }: CardEdits): CardSaving =>
  isEmpty(drafts) ? 'saved' : fault === null ? 'saving' : 'notSaved';

/** Of all characters together, the worst; null: all is saved. */
export function useUnsavedCards(): { readonly state: CardSaving; readonly fault: StudioFault | null } | null {
  const worst = useEdits(({ of }) => {
    const unsaved = Object.values(of).filter(({ drafts }) => !isEmpty(drafts));
    return unsaved.find(({ fault }) => fault !== null) ?? unsaved[0] ?? null;
  });
  return worst === null ? null : { state: savingOf(worst), fault: worst.fault };
}

const isSame = (one: Value, other: Value): boolean => JSON.stringify(one) === JSON.stringify(other);

const REST_MS = 400;
const RETRY_MS = 1000;
const MOST_UNDO = 200;
const UNDO_REST_MS = 1000;
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const sending = new Map<string, { readonly drafts: Drafts; readonly answered: Promise<void> }>();
let lastTyped = { id: '', field: '' as Field | '', at: 0 };

/** Takes effect on the page at once and is saved after a short rest. `stored`: what the field says in the studio. */
export function editField<F extends Field>(id: string, field: F, stored: CardFields[F], is: CardFields[F]): void {
  const { drafts, undo } = editsOf(id);
  const before = drafts[field]?.is ?? stored;
  // One more greeting, or one less, is a step of its own; tags are typed like a text.
  const isStep = field !== 'tags' && Array.isArray(is) && Array.isArray(before) && is.length !== before.length;
  const isGoingOn =
    !isStep &&
    lastTyped.id === id &&
    lastTyped.field === field &&
    Date.now() - lastTyped.at < UNDO_REST_MS &&
    undo.length > 0;
  lastTyped = { id, field: isStep ? '' : field, at: Date.now() };
  change(id, { undo: isGoingOn ? undo : [...undo, { field, value: before }].slice(-MOST_UNDO) });
  put(id, field, stored, is);
}

function put(id: string, field: Field, stored: Value, is: Value): void {
  const { drafts, fault } = editsOf(id);
  const was = drafts[field]?.was ?? stored;
  const { [field]: _, ...others } = drafts;
  // What is being sent comes back as stored: only then the field is as it was.
  const isBack = isSame(was, is) && !sending.has(id);
  const isConflict = fault?.code === 'CHARACTER_CONFLICT';
  change(id, { drafts: isBack ? others : { ...drafts, [field]: { was, is } }, fault: isConflict ? fault : null });
  later(id, REST_MS);
}

/** The picture was changed; before, it was the one at this address. */
export function noteAvatar(id: string, picture: string | null): void {
  lastTyped = { id: '', field: '', at: 0 };
  change(id, { undo: [...editsOf(id).undo, { picture }].slice(-MOST_UNDO) });
}

/** Puts back what the last change was made of; rejects where a picture cannot be had any more. */
export async function undoEdit(id: string, document: CharacterDocument): Promise<void> {
  const { undo } = editsOf(id);
  const last = undo.at(-1);
  if (last === undefined) return;
  change(id, { undo: undo.slice(0, -1) });
  lastTyped = { id: '', field: '', at: 0 };
  if ('field' in last) {
    put(id, last.field, document.card[last.field], last.value);
    return;
  }
  await api.characters.revertAvatar({ id, avatar: last.picture });
  await queryClient.invalidateQueries({ queryKey: queries.characters.open.queryKey({ input: { id } }) });
  await refresh();
}

function later(id: string, ms: number): void {
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => void send(id), ms),
  );
}

/** One after the other; what was typed meanwhile goes next. */
async function send(id: string): Promise<void> {
  if (sending.has(id)) return;
  const { drafts, fault } = editsOf(id);
  if (isEmpty(drafts) || fault?.code === 'CHARACTER_CONFLICT') return;
  const answered = api.characters.edit({ id, changes: changesIn(drafts) }).then(
    (summary) => stored(id, drafts, summary),
    (error: unknown) => {
      change(id, { fault: faultOf(error) });
    },
  );
  sending.set(id, { drafts, answered });
  await answered;
  sending.delete(id);
  const rest = editsOf(id);
  if (isEmpty(rest.drafts)) void refresh();
  else if (rest.fault === null) later(id, 0);
  else if (rest.fault.code !== 'CHARACTER_CONFLICT') later(id, RETRY_MS);
}

const changesIn = (drafts: Drafts): CardChange[] =>
  Object.entries(drafts).map(([field, draft]) => ({ field, ...draft }) as CardChange);

/** What of these is not on its way with `sent`. */
function after(sent: Drafts, drafts: Drafts): Drafts {
  const rest = Object.entries(drafts).flatMap(([field, draft]) => {
    const was = sent[field as Field];
    if (was === undefined) return [[field, draft]];
    return isSame(draft.is, was.is) ? [] : [[field, { was: was.is, is: draft.is }]];
  });
  return Object.fromEntries(rest) as Drafts;
}

/** The page goes: all that is left leaves at once, behind what is on its way. */
export function flushEdits(): void {
  for (const [id, { drafts, fault }] of Object.entries(useEdits.getState().of)) {
    const left = after(sending.get(id)?.drafts ?? {}, drafts);
    if (isEmpty(left) || fault?.code === 'CHARACTER_CONFLICT') continue;
    api.characters
      .edit({ id, changes: changesIn(left) })
      .catch((error: unknown) => change(id, { fault: faultOf(error) }));
  }
}

/** The studio has these now. */
function stored(id: string, sent: Drafts, summary: CharacterSummary): void {
  const card = Object.fromEntries(Object.entries(sent).map(([field, { is }]) => [field, is]));
  const key = queries.characters.open.queryKey({ input: { id } });
  queryClient.setQueryData(key, (known) => known && { ...known, summary, card: { ...known.card, ...card } });
  change(id, { drafts: after(sent, editsOf(id).drafts), fault: null });
}

async function refresh(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: queries.characters.list.key() });
  await queryClient.invalidateQueries({ queryKey: queries.characters.tags.key() });
}

/** Everything that was typed is in the studio; rejects where it cannot be. */
export async function settled(id: string): Promise<void> {
  clearTimeout(timers.get(id));
  await sending.get(id)?.answered;
  await send(id);
  const { drafts, fault } = editsOf(id);
  if (isEmpty(drafts)) return;
  if (fault === null) return settled(id);
  throw new FaultError(fault);
}

/** Of a field that somebody else changed meanwhile: the text of this page, or (false) the other one. */
export async function resolveConflict(id: string, isMine: boolean): Promise<void> {
  const key = queries.characters.open.queryKey({ input: { id } });
  const now = await queryClient.fetchQuery({
    ...queries.characters.open.queryOptions({ input: { id } }),
    staleTime: 0,
  });
  queryClient.setQueryData(key, now);
  const drafts = Object.fromEntries(
    Object.entries(editsOf(id).drafts).map(([field, { is }]) => [field, { was: now.card[field as Field], is }]),
  ) as Drafts;
  change(id, { drafts: isMine ? drafts : {}, fault: null });
  later(id, 0);
}

import { z } from 'zod';
import { create } from 'zustand';
import type { Whereabouts } from '../chapter/whereabouts.ts';
import type { InterfaceState } from '../../shared/contract/settings.ts';
import { api } from '../lib/client.ts';

/** All that is remembered, by its key. The studio keeps the values as they are and acts on `prepareReplies` alone. */
interface Remembered {
  readonly theme: string;
  /** The story of last time, and the chapter of last time in each story. */
  readonly story: string;
  readonly [chapterOfStory: `chapter:${string}`]: string;
  /** In which view each story is shown. */
  readonly [viewOfStory: `view:${string}`]: string;
  /** Where the person was last in each chapter, as JSON. */
  readonly [placeInChapter: `place:${string}`]: string;
  /** How many alternates a Retry writes. */
  readonly retries: number;
  readonly [widthOfPanel: `width:${string}`]: number;
  readonly [panelIsOpen: `panel:${string}`]: boolean;
  readonly showMarks: boolean;
  readonly plainInput: boolean;
  /** Replies to what is offered are written ahead. */
  readonly prepareReplies: boolean;
  /** A reply was asked for once: its key needs no hint any more. */
  readonly replied: boolean;
  /** What was chosen for the last export. */
  readonly exportFormat: string;
  readonly exportAuthor: string;
  readonly exportPerson: boolean;
  readonly exportNotes: boolean;
  readonly removedOpen: boolean;
  /** How characters are shown, and in which order. */
  readonly characterLook: string;
  readonly characterSort: string;
  readonly modelOpen: boolean;
  readonly hardwareOpen: boolean;
  readonly samplingOpen: boolean;
  readonly notesOpen: boolean;
  readonly castOpen: boolean;
  /** The persona that was chosen last. */
  readonly persona: string;
  readonly headOpen: boolean;
  /** How many turns of a cast come one after the other. */
  readonly talkTurns: number;
  readonly [samplingGroupIsOpen: `sampling:${string}`]: boolean;
}
type KeysOf<T> = { [K in keyof Remembered]: Remembered[K] extends T ? K : never }[keyof Remembered];
/** What is on or off. */
export type Flag = KeysOf<boolean>;

/** What the interface remembers between starts; null until the studio has told it. */
export const useRemembered = create<{ values: InterfaceState | null }>(() => ({ values: null }));

export async function loadRemembered(): Promise<void> {
  useRemembered.setState({ values: await api.settings.interface() });
}

const REST_MS = 200;
/** Widths that were stored just now: what they are dragged to meanwhile is stored after a short rest. */
const resting = new Set<string>();

/** Takes effect at once and is stored. If the studio cannot keep it, only the memory of it is lost. */
export function remember<K extends keyof Remembered>(key: K, value: Remembered[K]): void {
  const { values } = useRemembered.getState();
  if (values?.[key] === value) return;
  useRemembered.setState({ values: { ...values, [key]: value } });
  if (!resting.has(key)) store(key, value);
}

function store<K extends keyof Remembered>(key: K, value: Remembered[K]): void {
  api.settings.setInterface({ key, value }).catch(() => undefined);
  if (typeof value !== 'number') return;
  resting.add(key);
  setTimeout(() => {
    resting.delete(key);
    const now = useRemembered.getState().values?.[key];
    if (now !== value) store(key, now as Remembered[K]);
  }, REST_MS);
}

const spot = z.tuple([z.string(), z.number().int().min(0)]).nullable();
const whereabouts = z.object({ caret: spot, top: spot, above: z.number() });

/** Where the person was last in a chapter; null where nothing is known. */
export function rememberedPlace(chapterId: string): Whereabouts | null {
  const value = useRemembered.getState().values?.[`place:${chapterId}`];
  try {
    return typeof value === 'string' ? whereabouts.parse(JSON.parse(value)) : null;
  } catch {
    return null;
  }
}

export function useFlag(key: Flag, otherwise: boolean): [boolean, (value: boolean) => void] {
  const value = useRemembered((state) => state.values?.[key]);
  return [typeof value === 'boolean' ? value : otherwise, (next) => remember(key, next)];
}

export function useText(key: KeysOf<string>): string | null {
  const value = useRemembered((state) => state.values?.[key]);
  return typeof value === 'string' ? value : null;
}

export function useNumber(key: KeysOf<number>, otherwise: number): number {
  const value = useRemembered((state) => state.values?.[key]);
  return typeof value === 'number' ? value : otherwise;
}

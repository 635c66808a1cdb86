import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type {
  CharacterDocument,
  CharacterFilter,
  CharacterKind,
  CharacterSummary,
  TagCount,
} from '../../shared/contract/characters.ts';
import { newId } from '../../shared/document/ids.ts';
import { api, queries } from '../lib/client.ts';
import { saveFile } from '../lib/save-file.ts';
import { words } from '../locales/index.ts';
import { queryClient } from '../ui/query-client.ts';
import { toast, toastFault } from '../ui/toasts.tsx';
import { noteAvatar, settled } from './card-edits.ts';
import { useRoom, useSort } from './room-state.ts';

/** So many are asked for at a time. */
const WINDOW = 60;

export interface ShownCharacters {
  /** Null until it is known. */
  readonly total: number | null;
  /** Null where it is on its way. */
  at(index: number): CharacterSummary | null;
}

/** What the room shows; of a library of any size only what is looked at, from `first` to `last`. */
export function useShownCharacters(first: number, last: number): ShownCharacters {
  const { kind, favourites, tag, search } = useRoom();
  const filter: CharacterFilter = { kind, favourites, tag, search, sort: useSort(), count: WINDOW };
  const from = Math.floor(first / WINDOW);
  const numbers = [
    ...new Set([0, ...Array.from({ length: Math.floor(last / WINDOW) - from + 1 }, (_, at) => from + at)]),
  ];
  const windows = useQueries({
    queries: numbers.map((number) =>
      queries.characters.list.queryOptions({ input: { ...filter, from: number * WINDOW } }),
    ),
  });
  const lists = new Map(numbers.map((number, at) => [number, windows[at]?.data]));
  return {
    total: lists.get(0)?.total ?? null,
    at: (index) => lists.get(Math.floor(index / WINDOW))?.items[index % WINDOW] ?? null,
  };
}

export function useCount(kind: CharacterKind, favourites: boolean): number | null {
  return useQuery(queries.characters.list.queryOptions({ input: { kind, favourites, count: 1 } })).data?.total ?? null;
}

export function useTags(kind: CharacterKind): readonly TagCount[] {
  return useQuery(queries.characters.tags.queryOptions({ input: { kind } })).data ?? [];
}

export const documentKey = (id: string) => queries.characters.open.queryKey({ input: { id } });

export function useCharacter(id: string): { readonly document: CharacterDocument | null; readonly error: unknown } {
  const { data, error } = useQuery(queries.characters.open.queryOptions({ input: { id } }));
  return { document: data ?? null, error };
}

/** Of texts that are shown, in the tokens of the loaded model. */
export function useTokenCounts(texts: readonly string[]): readonly (number | null)[] {
  const { data } = useQuery({
    ...queries.characters.count.queryOptions({ input: { texts: [...texts] } }),
    placeholderData: keepPreviousData,
  });
  return useMemo(() => texts.map((_, at) => data?.[at] ?? null), [texts, data]);
}

export async function refreshCharacters(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: queries.characters.list.key() });
  await queryClient.invalidateQueries({ queryKey: queries.characters.tags.key() });
}

const refreshDocument = (id: string): Promise<void> => queryClient.invalidateQueries({ queryKey: documentKey(id) });

const attempt = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    toastFault(error);
  }
  await refreshCharacters();
};

export const nameOf = ({ name }: Pick<CharacterSummary, 'name'>): string =>
  name === '' ? words.characters.untitled : name;

/** Everything that can be done with characters, but for editing them. */
export const characters = {
  create: (kind: CharacterKind) =>
    attempt(async () => {
      const id = newId();
      await api.characters.create({ id, kind, name: words.characters.newName[kind] });
      useRoom.setState({ kind, selected: id, made: id, search: '', tag: null, favourites: false });
    }),
  favour: (id: string, favourite: boolean) =>
    attempt(async () => {
      await api.characters.favour({ id, favourite });
      await refreshDocument(id);
    }),
  duplicate: (id: string) =>
    attempt(async () => {
      const copyId = newId();
      await settled(id);
      await api.characters.duplicate({ id, copyId });
      useRoom.setState({ selected: copyId });
    }),
  remove: (character: CharacterSummary) =>
    attempt(async () => {
      const { id } = character;
      await settled(id);
      await api.characters.remove({ id });
      useRoom.setState(({ selected }) => (selected === id ? { selected: null } : {}));
      const undo = (): Promise<void> =>
        attempt(async () => {
          await api.characters.restore({ id });
          useRoom.setState({ kind: character.kind, selected: id });
        });
      toast(words.characters.removed(nameOf(character)), {
        action: { label: words.common.undo, run: () => void undo() },
      });
    }),
  export: (id: string, as: 'original' | 'edited') =>
    attempt(async () => {
      await settled(id);
      const { address, name } = await api.characters.export({ id, as });
      const answer = await fetch(address, { credentials: 'same-origin' });
      if (!answer.ok) throw new Error(`${address} is not there`);
      saveFile(name, new Uint8Array(await answer.arrayBuffer()));
    }),
  /** `picture`: base64 of a PNG; null: none. */
  setAvatar: (id: string, picture: string | null) =>
    attempt(async () => {
      const before = queryClient.getQueryData(documentKey(id))?.summary.avatar ?? null;
      await api.characters.setAvatar({ id, picture });
      noteAvatar(id, before);
      await refreshDocument(id);
    }),
};

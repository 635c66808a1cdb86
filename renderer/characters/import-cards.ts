import { create } from 'zustand';
import { MOST_PIECE } from '../../shared/contract/limits.ts';
import { newId } from '../../shared/document/ids.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { toBase64 } from '../../shared/text/base64.ts';
import { api } from '../lib/client.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import { toast } from '../ui/toasts.tsx';
import { refreshCharacters } from './characters.ts';
import { useRoom } from './room-state.ts';

interface Told {
  readonly file: string;
  readonly sentence: string;
}
interface Imports {
  readonly done: number;
  /** 0: nothing is on its way. */
  readonly total: number;
  /** Files that became no character, and why. */
  readonly refused: readonly Told[];
}

export const useImports = create<Imports>(() => ({ done: 0, total: 0, refused: [] }));

let working: Promise<void> = Promise.resolve();
let imported: string[] = [];

/** Takes files in, one after the other; whoever drops more meanwhile waits behind them. */
export function importCards(files: Iterable<File>): void {
  for (const file of files) {
    useImports.setState(({ total }) => ({ total: total + 1 }));
    working = working.then(() => importOne(file));
  }
}

async function importOne(file: File): Promise<void> {
  const { kind } = useRoom.getState();
  const [uploadId, id] = [newId(), newId()];
  try {
    for (let offset = 0; offset === 0 || offset < file.size; offset += MOST_PIECE) {
      const piece = new Uint8Array(await file.slice(offset, offset + MOST_PIECE).arrayBuffer());
      await api.characters.upload({ uploadId, offset, piece: toBase64(piece) });
    }
    const { notes } = await api.characters.import({ uploadId, id, kind });
    imported.push(id);
    for (const note of notes) toast(`${file.name}: ${sentenceOf(note)}`);
  } catch (error) {
    const told = { file: file.name, sentence: sentenceOf(faultOf(error)) };
    useImports.setState(({ refused }) => ({ refused: [...refused, told] }));
  }
  const { done, total } = useImports.getState();
  useImports.setState(done + 1 === total ? { done: 0, total: 0 } : { done: done + 1 });
  if (done + 1 === total) await ended();
  else if (done % 20 === 0) await refreshCharacters();
}

async function ended(): Promise<void> {
  await refreshCharacters();
  const [last] = imported.slice(-1);
  if (last !== undefined) {
    toast(words.characters.imported(imported.length));
    useRoom.setState({ selected: last });
  }
  imported = [];
}

import { count } from '../../lib/numbers.ts';

/** How a model is loaded. */
export const hardware = {
  intro: 'A change takes effect when the model is loaded again.',
  apply: 'Reload with these settings',
  automatic: 'automatic',
  threads: 'Threads',
  threadsHint:
    'How many cores of the processor are used. Automatic: all but one, so that the rest of the computer stays quick.',
  lookingForCards: 'Looking for graphics cards…',
  noCard: 'No usable graphics card was found, so the model runs on the processor.',
  device: 'Graphics card',
  deviceHint: 'Which graphics card the model may use.',
  allCards: 'All of them',
  card: (number: number) => `Number ${count(number)} (not found)`,
  gpuLayers: 'GPU layers',
  gpuLayersHint:
    'How many layers of the model are kept in the graphics card’s memory. More is faster, as long as they fit.',
  layers: { auto: 'As many as fit', max: 'All', some: 'Some', 0: 'None' },
  layerCount: 'How many',
  promptChunk: 'Batch size',
  promptChunkHint:
    'How many tokens of a prompt are read in one go. Larger is a little faster, but Stop waits for the end of a batch.',
  measured: (chunk: number | null) => (chunk === null ? 'Measured' : `Measured (now ${count(chunk)})`),
  keyCache: 'Key cache',
  keyCacheHint: 'How precisely the keys of what was read are kept. Smaller leaves room for a longer context.',
  keyCaches: { f16: 'Exact (16 bits)', q8_0: 'Half the size (8 bits)', q4_0: 'A quarter (4 bits)' },
  notExact:
    'With smaller keys the exact mode is off: a reply that goes on from what was read before may differ from one read anew.',
  slide: 'Context shift',
  slideHint:
    'What happens when a story outgrows the context. Exact: what stays is read again, in idle time if there is any. Fast: it moves up as it is.',
  slides: { exact: 'Exact', fast: 'Fast' },
  fastSlide:
    'What moves up was read together with the text that left, and still knows of it: a reply may echo it, and differs from one read anew. Exact mode is off.',
  keepState: 'Keep on disk',
  keepStateHint:
    'What the model has read of a story is saved, so that it goes on at once the next day. All of it together takes 2 GB at most; the oldest goes first.',
  keepStates: { size: 'Below 4 GB', yes: 'Always', no: 'Never' },
  guess: 'Guess ahead',
  guessHint:
    'Speculative decoding: tokens that were guessed are only checked. Measured on a processor, that is no quicker; it may be on a graphics card.',
  noGuess: 'Off',
  lookup: 'From the story itself',
  draft: (name: string) => `With ${name}`,
  native:
    'While it guesses ahead, the engine samples by its own order and seed: the order of the samplers and settings that only Paphos has do not apply.',
  adapters: 'Adapters (LoRA)',
  adaptersHint:
    'Files that change how the model writes, made for this very model. 1 is as strong as they were made, 0 is off.',
  noAdapters: 'There are none here yet. Put GGUF adapters into the adapters folder of the data folder.',
  strength: (name: string) => `Strength of ${name}`,
  inMemory: (size: string) => `${size} in memory`,
  onCard: (size: string, total: string, layers: number) => `${size} of ${total} on the card (${count(layers)} layers)`,
  chunkOf: (tokens: number) => `batches of ${count(tokens)}`,
};

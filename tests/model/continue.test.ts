import { type LlamaContextSequence, readGgufFileInfo, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCandidates } from '../../electron/engines/candidate-record.ts';
import { generate, ledgerOf } from '../../electron/engines/local/worker/generate.ts';
import { openModel, type OpenModel } from '../../electron/engines/local/worker/open-model.ts';
import type { Tuning } from '../../electron/engines/local/protocol.ts';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import { planPrompt } from '../../shared/prompt/plan/plan.ts';
import type { Ledger, PlanRequest, PromptFormat } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING, type Sampling } from '../../shared/settings/sampling.ts';
import { makeModel, type ModelRecipe } from '../helpers/model-maker.ts';
import { realVocabulary } from '../helpers/real-vocabulary.ts';
import { EMBEDDED_MODEL } from '../helpers/server.ts';
import { SEED, sizeOf } from '../helpers/sizes.ts';

/** Random weights with real vocabularies, and the embedded model. */
interface Subject {
  readonly format: string;
  path(): Promise<string>;
}
const METHARME = ['<|system|>', '<|user|>', '<|model|>'];
function miniature(
  format: string,
  architecture: ModelRecipe['architecture'],
  vocabulary: Parameters<typeof realVocabulary>[0],
  marks: Parameters<typeof realVocabulary>[1],
): Subject {
  return {
    format,
    path: async () =>
      makeModel({
        architecture,
        outputScale: 0.6,
        distinctRows: true,
        seed: format.length,
        vocabulary: await realVocabulary(vocabulary, marks),
      }),
  };
}
const SUBJECTS: Readonly<Record<string, Subject>> = {
  'the embedded model': { format: 'metharme', path: async () => EMBEDDED_MODEL },
  'Metharme 1.3B': miniature('metharme', 'gptneox', 'gpt-neox', { marks: METHARME, kind: 'control', bos: false }),
  'Metharme 7B': miniature('metharme', 'llama', 'llama-spm', { marks: METHARME, kind: 'user-defined', bos: true }),
  'Open-Assistant': miniature('oasst', 'gptneox', 'gpt-neox', { marks: [], kind: 'absent', bos: false }),
  Vicuna: miniature('vicuna', 'llama', 'llama-spm', { marks: [], kind: 'absent', bos: true }),
  'Memphis-scribe': miniature('memphis', 'stablelm', 'gpt-neox', { marks: [], kind: 'absent', bos: false }),
  'a Qwen vocabulary': miniature('chatml', 'llama', 'qwen2', { marks: [], kind: 'control', bos: false }),
};
/** Beside the embedded model every third with a commit, by its seed; `npm run deep -- continue` takes all. */
const EVERY = sizeOf(3, 1);
const CUTS = sizeOf(30, 500);
const TOKENS = sizeOf(4, 6);
const SURE = 1e-3;
const TIME_MS = sizeOf(300_000, 7_200_000);
const never = new AbortController().signal;

const PROSE = `The keeper walked to the lighthouse, as he did every evening, and counted the steps. There were ninety-one of them; there had always been ninety-one.

“You're late,” said the gull on the rail. It wasn't angry -- gulls never are -- but it didn't move aside either. He gave it the rind of his cheese (a good cheese, from 1987) and went up.

At the top the lamp stood cold.   Somebody had been here: a glove, a wet footprint... "Who's there?" he called.
No answer.
- He lit the lamp.
- He waited.
\tThen, far out, a light answered: once, twice, thrice! 狐の灯 — a fox's lantern, his grandmother would have said; café-bright, the colour of tea. 🦊
He wrote it down in the book, as the rules asked (§ 4, "Lights & Signals"), and under it he drew a line.

In the morning the door was open.

She came on the second day, with the post and the bread.

— You haven't slept, she said; it wasn't a question.
— The light answered.
— Which light?

He pointed. Where he pointed there was nothing but water: grey, then green, then grey again (it never settled on one colour). “Three times,” he said. “I've written it down, you can read it: 02:17, 02:18, 02:31.”

She read it. She read it twice; the second time her lips moved.

What the book says:
  1. Count the steps.
  2. Trim the wick.
  3. Don't answer.
What the book doesn't say:
  4. Why.

"Nobody's out there," she said at last. "There's been no boat since... since when? Since Easter, I'd think." The kettle had begun to sing, so he took it off, poured two cups and forgot to drink either. Ninety-one steps, he thought; and if I count them again there'll be ninety-two.

Ship's log, found later:
\t3 May — wind S.W., light rain, all well.
\t4 May — the same.
\t5 May — a lamp ashore where no lamp is charted!
\t6 May — we answer it.

They never spoke of it to the others: not to Ondřej, who brought the oil; not to Señora Núñez at the harbour office; not to the girl with the blue bicycle. Spring went, the gulls hatched & flew, the paint peeled on the south side where the salt gets in. But each evening, at the turn of the stairs, they stopped and listened.

Once – only once – something knocked.

In the third winter the council wrote.

Dear Sir,
the lamp at Grey Point (No. 14/b) will be replaced by an automatic one; you'll be paid until 31 March.
Yours, etc.
P.S. Please leave the book.

He didn't leave the book. He wrapped it in oilcloth, put it under his coat, and walked down: eighty-nine, ninety, ninety-one, ninety-two.`;

/** Places to stop writing, each kind in turn, no place twice before all were there. */
const KINDS: readonly (readonly [string, RegExp])[] = [
  ['after a space', /[^\s] +(?=\S)/g],
  ['inside a word', /\p{L}{2}(?=\p{L})/gu],
  ['after punctuation', /[.,;:!?"”)…-](?=\s)/g],
  ['after a new line', /\n+(?=\S)/g],
  ['anywhere', /[^]/gu],
];
function* cuts(count: number): Generator<{ what: string; text: string }> {
  const random = seededRandom(SEED);
  const left = KINDS.map((): number[] => []);
  for (let index = 0; index < count; index++) {
    const kind = index % KINDS.length;
    const [what, pattern] = KINDS[kind] as (typeof KINDS)[number];
    const places = (left[kind] ??= []);
    if (places.length === 0) places.push(...[...PROSE.matchAll(pattern)].map((match) => match.index + match[0].length));
    const [at = 1] = places.splice(Math.floor(random() * places.length), 1);
    // A page is short enough to be read at once, so that both decoders read it alike.
    yield { what, text: PROSE.slice(Math.max(0, at - 150), at).toWellFormed() };
  }
}

const opened: OpenModel[] = [];
afterAll(() => Promise.all(opened.map((model) => model.dispose())));
async function open(path: string, tuning: Partial<Tuning> = {}): Promise<OpenModel> {
  const options = { path, contextSize: 512, threads: 1, gpu: false, branches: 1, tuning };
  const model = await openModel(options, () => undefined);
  opened.push(model);
  return model;
}

const requestOf = (format: string, text: string): PlanRequest => ({
  format: formatByName(format) as PromptFormat,
  turns: [
    { id: 'u', role: 'user', speaker: null, text: 'Tell on.' },
    { id: 'm', role: 'model', speaker: null, text },
  ],
  open: true,
  reserve: 64,
  contextSize: 512,
  cut: null,
});

async function write(model: OpenModel, plan: PlanRequest, changes: Partial<Sampling & { seed: number }> = {}) {
  let text = '';
  let ledger: Ledger | null = null;
  const sampling = { ...DEFAULT_SAMPLING, temperature: 0, repetitionPenalty: 1, minP: 0, candidates: 0, banEnd: true };
  const result = await generate(
    model,
    { plan, cold: true, sampling: { ...sampling, maxTokens: TOKENS, seed: 1, ...changes } },
    never,
    {
      accepted: (told) => {
        ledger = told;
      },
      prompt: () => undefined,
      text: (piece) => {
        text += piece;
      },
    },
  );
  return { ...result, text, ledger: ledger as Ledger | null };
}

/** Another decoder, which knows nothing of ours: every token is compared with every other, byte by byte. */
class PlainDecoder {
  readonly #sequence: LlamaContextSequence;
  readonly #spelled: readonly string[];
  /** Of what is no ordinary text: marks that a person may type, places that were left free. */
  readonly #written = new Map<number, string>();
  readonly #byFirst = new Map<string, [number, string][]>();

  private constructor(sequence: LlamaContextSequence, spelled: readonly string[]) {
    this.#sequence = sequence;
    this.#spelled = spelled;
    for (const [id, text] of spelled.entries()) {
      const alike = this.#byFirst.get(text.slice(0, 1)) ?? [];
      this.#byFirst.set(text.slice(0, 1), alike);
      alike.push([id, text]);
    }
  }

  static async of(path: string, sequence: LlamaContextSequence): Promise<PlainDecoder> {
    const { ggml } = (await readGgufFileInfo(path, { logWarnings: false })).metadata.tokenizer;
    const types: readonly number[] = ggml.token_type ?? [];
    const spelled = ggml.tokens.map((text, id) => {
      const type = types[id] ?? 1;
      if (type === 6) return String.fromCharCode(Number(text.slice(1, -1)));
      if (type === 4 && text.trim() === '') return text;
      if (type !== 1) return '';
      return ggml.model === 'llama'
        ? Buffer.from(text.replaceAll('▁', ' ')).toString('latin1')
        : Array.from(text, (character) => BYTES.get(character) ?? '').join('');
    });
    const decoder = new PlainDecoder(sequence, spelled);
    for (const [id, text] of ggml.tokens.entries())
      if (types[id] === 4 || types[id] === 5) decoder.#written.set(id, Buffer.from(text).toString('latin1'));
    return decoder;
  }

  /** The prompt up to the last border that no token can reach over, and the characters behind it. */
  split(tokens: readonly number[]): { prompt: number[]; owed: string } {
    let from = tokens.findLastIndex((token) => this.#spelled[token] === '') + 1;
    from = Math.max(from, tokens.length - 40, 1);
    const pieces = tokens.slice(from).map((token) => this.#spelled[token] ?? '');
    const text = pieces.join('');
    for (let count = pieces.length; count > 0; count--) {
      const border = pieces.slice(0, count).join('').length;
      if (this.#isSafe(text, border)) return { prompt: tokens.slice(0, from + count), owed: text.slice(border) };
    }
    return { prompt: tokens.slice(0, from), owed: text };
  }

  #isSafe(text: string, border: number): boolean {
    for (let at = 0; at < border; at++) {
      const rest = text.slice(at);
      for (const [, token] of this.#byFirst.get(rest.slice(0, 1)) ?? []) {
        if (at + token.length <= border) continue;
        if (rest.startsWith(token) || token.startsWith(rest)) return false;
      }
    }
    return true;
  }

  /** The likeliest tokens, only such as spell what is owed; and the smallest gap to the next ones at any step. */
  async write({ prompt, owed }: { prompt: number[]; owed: string }, ends: ReadonlySet<number>) {
    const sequence = this.#sequence;
    await sequence.eraseContextTokenRanges([{ start: 0, end: sequence.nextTokenIndex }]);
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(0, -1) as Token[]);
    let [last, rest, bytes] = [prompt.at(-1) ?? 0, owed, ''];
    const gaps: { gap: number; text: string }[] = [];
    for (let added = 0; added < TOKENS;) {
      const [result] = await sequence.controlledEvaluate([
        [last as Token, { generateNext: { logits: true, options: { temperature: 0 } } }],
      ]);
      let [most, second] = [-Infinity, -Infinity];
      for (const [token, logit] of result?.next.logits ?? []) {
        if (logit <= second) continue;
        const text = this.#spelled[token] ?? '';
        const fits = rest === '' ? !ends.has(token) : text !== '' && (rest.startsWith(text) || text.startsWith(rest));
        if (!fits) continue;
        if (logit <= most) second = logit;
        else [most, second, last] = [logit, most, token];
      }
      gaps.push({ gap: most - second, text: readable(bytes) });
      const text = this.#written.get(last) ?? this.#spelled[last] ?? '';
      if (rest === '' || text.length > rest.length) added++;
      bytes += text.slice(rest.length);
      rest = rest.slice(text.length);
    }
    return { text: readable(bytes), gaps };
  }
}

/** A character that is not whole at the end is none. */
const readable = (bytes: string): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'), { stream: true });

/** The printable characters that byte-level vocabularies write bytes with. */
const BYTES = new Map(
  Array.from({ length: 256 }, (_, byte) => byte)
    .filter((byte) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173))
    .map((byte) => [String.fromCharCode(byte), String.fromCharCode(byte)]),
);
for (let byte = 0, free = 256; byte < 256; byte++)
  if (!BYTES.has(String.fromCharCode(byte))) BYTES.set(String.fromCharCode(free++), String.fromCharCode(byte));

const chosen = Object.entries(SUBJECTS).filter((_, index) => index === 0 || (index - SEED) % EVERY === 0);
describe.each(chosen)('Continue with %s', (name, { format, path }) => {
  test(
    'goes on from wherever the person stopped as another decoder does that only looks at characters (F10)',
    async () => {
      const file = await path();
      const model = await open(file);
      const plain = await PlainDecoder.of(file, await model.branches.spare());
      const ends = new Set([
        ...model.vocabulary.ends,
        ...(formatByName(format)?.stops ?? []).flatMap((stop) => model.vocabulary.special(stop)?.id ?? []),
      ]);
      let held = 0;
      const compared = new Map(KINDS.map(([what]) => [what, 0]));
      for (const { what, text } of cuts(CUTS)) {
        const request = requestOf(format, text);
        const planned = planPrompt(request, model.vocabulary);
        const told = ledgerOf(model, request);
        const mine = await write(model, request);
        expect(mine.ledger).toEqual(told);
        expect(mine.ledger?.total).toBe(mine.position);
        expect(text.endsWith(planned.ledger.heldBack)).toBe(true);
        held += planned.heldBack.length;
        const split = plain.split([...planned.tokens, ...planned.heldBack]);
        expect({ what, text, prompt: planned.tokens }).toEqual({ what, text, prompt: split.prompt });
        const other = await plain.write(split, ends);
        if (mine.text === other.text) {
          compared.set(what, (compared.get(what) ?? 0) + 1);
          continue;
        }
        // Where two tokens are as likely, either may come: the two part there, and nowhere else.
        const parted = other.gaps.findLast((step) => mine.text.startsWith(step.text))?.text;
        const gap = Math.min(...other.gaps.filter((step) => step.text === parted).map((step) => step.gap));
        console.log(`${name}, ${what}: ${JSON.stringify([text.slice(-20), mine.text, other.text, gap])}`);
        expect({ what, text, mine: mine.text, other: other.text, gap: gap <= SURE }).toMatchObject({ gap: true });
      }
      console.info(`${name}: ${JSON.stringify(Object.fromEntries(compared))} of ${CUTS} compared`);
      for (const [what, count] of compared)
        expect({ what, enough: count >= (CUTS / KINDS.length) * 0.75 }).toEqual({ what, enough: true });
      expect(held).toBeGreaterThan(CUTS / 2);
    },
    TIME_MS,
  );
});

describe('Continue after a space', () => {
  const stopped = 'Once upon a time there was a little ';
  let model: OpenModel;
  beforeAll(async () => {
    model = await open(EMBEDDED_MODEL);
  });

  test('writes the line that it writes without the space, and gives the space back once', async () => {
    const without = await write(model, requestOf('metharme', stopped.trimEnd()), { maxTokens: 12 });
    const after = await write(model, requestOf('metharme', stopped), { maxTokens: 12 });
    expect(after.text).not.toMatch(/^\s/);
    expect(` ${after.text}`).toBe(without.text);
  });

  test('a reply of so many tokens has them, whatever was spelled before, and streams, stops and is sampled as any', async () => {
    const plan = requestOf('metharme', stopped);
    for (const changes of [{}, { temperature: 0.8, minP: 0.05 }, { candidates: 5, temperature: 0.8 }]) {
      const first = await write(model, plan, { ...changes, maxTokens: 10 });
      expect(first.reason).toBe('length');
      expect(first.text).toMatch(/^[A-Za-z]/);
      // Run again exactly: the same tokens from the same seed.
      expect((await write(model, plan, { ...changes, maxTokens: 10 })).text).toBe(first.text);
    }
  });

  test('the other words are of what goes on so, and none is kept for what stood there', async () => {
    const { candidates, text } = await write(model, requestOf('metharme', `${stopped}gi`), { candidates: 5 });
    const words = readCandidates(candidates ?? new Uint8Array());
    expect(words[0]?.at).toBe(0);
    expect(words[0]?.text.endsWith(text.slice(0, words[1]?.at))).toBe(true);
    expect(words[0]?.others.every(({ text: other }) => ' gi'.startsWith(other) || other.startsWith(' gi'))).toBe(true);
    expect(words.map(({ at }) => at)).toEqual([...new Set(words.map(({ at }) => at))]);
  });

  test('a banned word is not written on to, though the person began it', async () => {
    const plan = requestOf('metharme', stopped);
    const free = await write(model, plan);
    const word = /^\w+/.exec(free.text)?.[0] ?? '';
    const banned = await write(model, plan, { bannedPhrases: [word] });
    expect(banned.text.startsWith(word)).toBe(false);
    expect(banned.text).toMatch(/^\w/);
  });

  test('goes on alike where something guesses ahead', async () => {
    const guessing = await open(EMBEDDED_MODEL, { lookup: true });
    for (const text of [stopped, `${stopped}gi`, `${stopped}girl.`]) {
      const plan = requestOf('metharme', text);
      expect((await write(guessing, plan, { maxTokens: 20 })).text).toBe(
        (await write(model, plan, { maxTokens: 20 })).text,
      );
    }
  });

  test('where a grammar rules, it rules what is new', async () => {
    const { text, position, ledger } = await write(model, requestOf('metharme', stopped), {
      grammarKind: 'gbnf',
      grammar: 'root ::= "fox" | "hen"',
    });
    expect(text).toMatch(/^(fox|hen)$/);
    expect(position).toBe(ledger?.total);
  });
});

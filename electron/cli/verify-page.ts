import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { TokenPiece } from '../engines/port.ts';
import type { Verification } from './verify-model.ts';

const LABEL = 12;
const WIDTH = 110;
/** A space at which no line breaks, and what stands between two tokens. */
const KEPT = '\u00a0';
const APART = ` ${KEPT}`;

/** A verification as one page of text. */
export function pageOf(found: Verification): string {
  const { file, header, loaded, format, window, perplexity, speed } = found;
  const rows: readonly (readonly [label: string, text: string])[] = [
    ['Model', header.name],
    ['File', `${file.path} (${megabytes(file.bytes)}${file.parts > 1 ? ` in ${file.parts} files` : ''})`],
    ['SHA-256', file.sha256],
    [
      'Header',
      `${header.architecture}, ${header.layers} layers of width ${whole(header.embedding)}, trained for ${header.contextLength === null ? 'an unknown number of' : whole(header.contextLength)} tokens, vocabulary of ${whole(header.vocabulary.size)} (${header.vocabulary.kind}), ${header.chatTemplate ? 'with' : 'without'} a chat template`,
    ],
    [
      'Loaded',
      `${loaded.device}, context of ${whole(loaded.contextSize)} tokens, prompt chunks of ${loaded.hardware.promptChunk}, in ${(loaded.loadMs / 1000).toFixed(1)} s`,
    ],
    [
      'Memory',
      [
        `weights and context ${megabytes(loaded.hardware.memory.ram)}`,
        ...(loaded.hardware.memory.vram > 0 ? [`${megabytes(loaded.hardware.memory.vram)} on the graphics card`] : []),
        ...(found.residentBytes === null ? [] : [`the whole process ${megabytes(found.residentBytes)}`]),
      ].join(', '),
    ],
    ['Format', `${format.title}; by the file: ${format.detected} (${format.confidence})`],
    ...format.reasons.map((reason) => ['', `– ${sentenceOf(reason)}`] as const),
    ...found.marks.map(
      ({ text, tokens }, index) =>
        [
          index === 0 ? 'Marks' : '',
          `${JSON.stringify(text)} = ${kindOf(tokens)} ${tokens.map(({ id }) => id).join(' ')}`,
        ] as const,
    ),
    ['BOS', found.bos === null ? 'none' : shown(found.bos)],
    ['Ends', found.ends.length === 0 ? 'none' : found.ends.map(shown).join(APART)],
    ['Sample', found.sample.map(shown).join(APART)],
    [
      'Reply',
      `${JSON.stringify(found.reply.text)} (${found.reply.tokens} tokens, ${ENDINGS[found.reply.reason] ?? found.reply.reason})`,
    ],
    [
      'Window',
      `${window.turns} turns through ${window.window} tokens: ${window.cuts} cuts; the head ${window.headIdentical ? 'stayed the same' : 'CHANGED'}; the counts are ${window.countsEqual ? "the engine's" : "NOT THE ENGINE'S"}; ${whole(window.read)} tokens read, ${whole(window.reused)} reused`,
    ],
    [
      'Perplexity',
      `${perplexity.value.toFixed(3)} ± ${perplexity.deviation.toFixed(3)} (${perplexity.windows} windows of ${perplexity.window} tokens, second half scored, as llama-perplexity does; text: resources/models/perplexity.txt)`,
    ],
    [
      'Speed',
      `${speed.promptPerSecond.toFixed(1)} tokens/s read (${whole(speed.promptTokens)} at once), ${speed.tokensPerSecond.toFixed(1)} tokens/s written`,
    ],
    ...listed('Warnings', found.warnings.map(sentenceOf)),
    ...listed('Faults', found.faults.map(sentenceOf)),
  ];
  return rows.map(([label, text]) => wrapped(label, text)).join('');
}

const ENDINGS: Readonly<Record<string, string>> = {
  end: 'ended by itself',
  stop: 'ended at a role mark',
  length: 'cut at its length',
};

function listed(label: string, sentences: readonly string[]): (readonly [string, string])[] {
  return sentences.length === 0
    ? [[label, 'none']]
    : sentences.map((sentence, index) => [index === 0 ? label : '', sentence]);
}

function kindOf(tokens: readonly TokenPiece[]): string {
  const kinds = new Set(tokens.map(({ kind }) => kind));
  if (kinds.size > 1) return 'special tokens and text';
  return { control: 'control token', 'user-defined': 'user-defined token', plain: 'plain text' }[
    [...kinds][0] ?? 'plain'
  ];
}

function shown({ id, text, kind }: TokenPiece): string {
  return `${id} ${kind === 'plain' ? JSON.stringify(text) : text}`.replaceAll(' ', KEPT);
}

function wrapped(label: string, text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length + 1 > WIDTH - LABEL) lines.push(word.trimStart());
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines
    .map((line, index) => `${(index === 0 ? label : '').padEnd(LABEL)}${line.replaceAll(KEPT, ' ')}\n`)
    .join('');
}

const whole = (value: number): string => value.toLocaleString('en');
const megabytes = (bytes: number): string => `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;

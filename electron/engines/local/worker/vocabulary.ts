import type { LlamaModel, Token } from 'node-llama-cpp';
import { spell, Spellings } from '../../../../shared/prompt/plan/spellings.ts';
import type { Tokenizer } from '../../../../shared/prompt/types.ts';
import type { TokenPiece } from '../../port.ts';

const NORMAL = 1,
  UNKNOWN = 2,
  CONTROL = 3,
  USER_DEFINED = 4,
  UNUSED = 5,
  BYTE = 6;
/**
 * Vocabularies whose makers compose characters (Unicode NFC) before they cut a text into words, by the name that
 * llama.cpp has for the way of cutting: those of GPT-NeoX and of Qwen. llama.cpp composes nothing.
 */
const COMPOSES: ReadonlySet<unknown> = new Set(['olmo', 'mpt', 'qwen2', 'qwen35']);
/** The space of SentencePiece. */
const SPM_SPACE = '\u2581';

/**
 * A model's vocabulary from its file: exact bytes of every token (the library's own detokenising drops spaces), marks,
 * ends.
 */
export class Vocabulary implements Tokenizer {
  readonly kind: 'bpe' | 'spm';
  readonly bos: number | null;
  readonly size: number;
  /** Tokens that end a text by the model's file: never shown, always stopped at. */
  readonly ends: ReadonlySet<number>;
  readonly userDefined: readonly string[];
  /** SentencePiece puts a space in front of a text; so a reply's first token carries one that is no part of it. */
  readonly addsSpace: boolean;
  readonly #composes: boolean;
  readonly #model: LlamaModel;
  readonly #texts: readonly string[];
  readonly #types: readonly number[];
  readonly #special = new Map<string, { id: number; kind: 'control' | 'user-defined' }>();
  readonly #bytes = new Map<number, Uint8Array>();
  #spellings: Spellings | null = null;

  constructor(model: LlamaModel) {
    const { general, tokenizer } = model.fileInfo.metadata;
    const { ggml } = tokenizer;
    this.#model = model;
    this.#texts = ggml.tokens;
    this.size = ggml.tokens.length;
    this.kind = ggml.model === 'llama' ? 'spm' : 'bpe';
    this.addsSpace = this.kind === 'spm' && ggml.add_space_prefix !== false;
    const architecture: string = general.architecture;
    const isNeox = architecture === 'gptneox' && (ggml.pre ?? 'default') === 'default';
    this.#composes = this.kind === 'bpe' && (isNeox || COMPOSES.has(ggml.pre));
    // The library knows none that is no control token; the engine puts it all the same.
    const named = (ggml.add_bos_token ?? this.kind === 'spm') ? (ggml.bos_token_id ?? null) : null;
    this.bos = model.tokens.shouldPrependBosToken ? model.tokens.bos : named;
    const declared: readonly number[] = ggml.token_type ?? [];
    const types: number[] = [];
    const ends = new Set<number>();
    for (const [id, text] of this.#texts.entries()) {
      types[id] = this.#typeOf(id, text, declared[id] ?? NORMAL);
      if (types[id] === CONTROL || types[id] === USER_DEFINED)
        this.#special.set(text, { id, kind: types[id] === CONTROL ? 'control' : 'user-defined' });
      // Where a file names no end, the engine takes whichever token has a certain number.
      if (model.isEogToken(id as Token) && (types[id] === CONTROL || id === ggml.eos_token_id)) ends.add(id);
    }
    this.#types = types;
    this.ends = ends;
    // Runs of white space are ordinary writing: nobody is impersonated by them.
    this.userDefined = [...this.#special]
      .filter(([text, { kind }]) => kind === 'user-defined' && text.trim() !== '')
      .map(([text]) => text);
  }

  get specialTexts(): readonly string[] {
    return [...this.#special.keys()].filter((text) => text.trim() !== '');
  }

  tokenize(text: string, leadingSpace = true): number[] {
    return this.#model.tokenize(
      this.normalise(text),
      false,
      this.addsSpace && !leadingSpace ? 'trimLeadingSpace' : undefined,
    );
  }

  /** SentencePiece takes its own sign for a space, whoever wrote it. */
  normalise(text: string): string {
    if (this.kind === 'spm') return text.replaceAll(SPM_SPACE, ' ');
    return this.#composes ? text.normalize('NFC') : text;
  }

  special(text: string): { readonly id: number; readonly kind: 'control' | 'user-defined' } | null {
    return this.#special.get(text) ?? null;
  }

  bytes(token: number): Uint8Array {
    const known = this.#bytes.get(token);
    if (known !== undefined) return known;
    const bytes = this.#decode(this.#texts[token] ?? '', this.#types[token] ?? UNKNOWN);
    this.#bytes.set(token, bytes);
    return bytes;
  }

  reach(text: string, at: number): number {
    return this.spellings.reach(text, at);
  }

  /** What ordinary text is made of: no marks. */
  get spellings(): Spellings {
    const isText = (text: string, id: number): boolean => {
      const type = this.#types[id];
      return type !== UNUSED && (type !== USER_DEFINED || text.trim() === '');
    };
    this.#spellings ??= new Spellings(
      this.#texts.flatMap((text, id) => (isText(text, id) ? [[id, spell(this.bytes(id))] as const] : [])),
    );
    return this.#spellings;
  }

  piece(token: number): TokenPiece {
    const text = this.#texts[token] ?? '';
    const type = this.#types[token] ?? UNKNOWN;
    if (type === CONTROL || type === UNKNOWN) return { id: token, text, kind: 'control' };
    return { id: token, text: readable(this.bytes(token)), kind: type === USER_DEFINED ? 'user-defined' : 'plain' };
  }

  /** The engine makes control tokens of some texts, whatever the file calls them. */
  #typeOf(id: number, text: string, declared: number): number {
    if (declared !== CONTROL && declared !== USER_DEFINED && !/^[<[].*[>\]]$/s.test(text)) return declared;
    const attributes = this.#model.getTokenAttributes(id as Token);
    if (attributes.control) return CONTROL;
    return attributes.userDefined ? USER_DEFINED : declared;
  }

  #decode(text: string, type: number): Uint8Array {
    if (type === CONTROL || type === UNKNOWN) return new Uint8Array(0);
    if (this.kind === 'spm') {
      return type === BYTE
        ? Uint8Array.of(Number.parseInt(text.slice(3, 5), 16))
        : new TextEncoder().encode(text.replaceAll(SPM_SPACE, ' '));
    }
    if (type === USER_DEFINED) return new TextEncoder().encode(text);
    return Uint8Array.from([...text].flatMap((char) => byteOf.get(char) ?? [...new TextEncoder().encode(char)]));
  }
}

/** A piece of a character is no text yet: its bytes are. */
function readable(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => `<${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
  }
}

/**
 * Byte-level vocabularies write every byte as a printable character: itself where it is one, else the next free one
 * from U+0100.
 */
const byteOf: ReadonlyMap<string, number> = (() => {
  const map = new Map<string, number>();
  let free = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    map.set(String.fromCodePoint(printable ? byte : free++), byte);
  }
  return map;
})();

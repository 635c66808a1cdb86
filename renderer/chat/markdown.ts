/** A stretch of a paragraph. Speech keeps its quotation marks. */
export type Inline =
  | string
  | { readonly type: 'em' | 'strong' | 'del' | 'speech'; readonly children: readonly Inline[] }
  | Code;
interface Code {
  readonly type: 'code';
  readonly text: string;
}

export type Block =
  | { readonly type: 'paragraph'; readonly text: readonly Inline[] }
  | { readonly type: 'heading'; readonly level: number; readonly text: readonly Inline[] }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  | { readonly type: 'list'; readonly first: number | null; readonly items: readonly (readonly Inline[])[] }
  | { readonly type: 'fence'; readonly text: string }
  | { readonly type: 'rule' };

/** Quotes in quotes and marks in marks are told apart no deeper than this: what is deeper is text. */
const DEEPEST_QUOTE = 4;
const DEEPEST_MARK = 16;

const HEADING = /^(#{1,6}) +/;
const ITEM = /^ {0,3}(?:[-*+•]|(\d{1,9})[.)]) +(?=\S)/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/**
 * What a message says, as the few forms that a chat shows; everything else, HTML and links included, is text. A line
 * of the text stays a line. `isOpen`: more may follow, so that what is not yet closed at the end counts as closed.
 */
export function parseMarkdown(text: string, isOpen = false): Block[] {
  return blocksOf(text.split('\n'), isOpen, 0);
}

function blocksOf(lines: readonly string[], isOpen: boolean, depth: number): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const [block, next] = blockAt(lines, at, isOpen, depth);
    if (block !== null) blocks.push(block);
    at = next;
  }
  return blocks;
}

/** The block that begins at a line, and the line behind it. */
function blockAt(lines: readonly string[], at: number, isOpen: boolean, depth: number): [Block | null, number] {
  const line = lines[at] ?? '';
  if (line.trim() === '') return [null, at + 1];
  const isLast = (end: number): boolean => isOpen && end === lines.length;
  const fence = FENCE.exec(line)?.[1];
  if (fence !== undefined) {
    const close = lines.findIndex((one, index) => index > at && one.trim().startsWith(fence) && isRun(one.trim()));
    const end = close === -1 ? lines.length : close;
    return [{ type: 'fence', text: lines.slice(at + 1, end).join('\n') }, end + 1];
  }
  if (isRule(line)) return [{ type: 'rule' }, at + 1];
  const heading = HEADING.exec(line);
  if (heading !== null) {
    const level = heading[1]?.length ?? 1;
    return [{ type: 'heading', level, text: inlinesOf(line.slice(heading[0].length), isLast(at + 1)) }, at + 1];
  }
  if (isQuote(line, depth)) {
    let end = at;
    while (isQuote(lines[end] ?? '', depth)) end++;
    const inside = lines.slice(at, end).map((one) => one.replace(/^ {0,3}> ?/, ''));
    return [{ type: 'quote', blocks: blocksOf(inside, isLast(end), depth + 1) }, end];
  }
  if (ITEM.test(line)) return listAt(lines, at, isLast);
  let end = at + 1;
  while (end < lines.length && !beginsBlock(lines[end] ?? '', depth)) end++;
  const said = lines.slice(at, end).map((one) => one.trim());
  return [{ type: 'paragraph', text: inlinesOf(said.join('\n'), isLast(end)) }, end];
}

function listAt(lines: readonly string[], at: number, isLast: (end: number) => boolean): [Block, number] {
  const number = ITEM.exec(lines[at] ?? '')?.[1];
  const items: string[] = [];
  let end = at;
  for (; end < lines.length; end++) {
    const line = lines[end] ?? '';
    const item = ITEM.exec(line);
    if (item !== null && (item[1] === undefined) === (number === undefined) && !isRule(line))
      items.push(line.slice(item[0].length));
    else if (/^\s+\S/.test(line)) items.push(`${items.pop() ?? ''} ${line.trim()}`);
    else break;
  }
  const first = number === undefined ? null : Number(number);
  const said = items.map((item, index) => inlinesOf(item, isLast(end) && index === items.length - 1));
  return [{ type: 'list', first, items: said }, end];
}

const isQuote = (line: string, depth: number): boolean => depth < DEEPEST_QUOTE && /^ {0,3}>/.test(line);
const isRun = (line: string): boolean => new Set(line).size === 1;

function isRule(line: string): boolean {
  const signs = line.replace(/[ \t]/g, '');
  return signs.length >= 3 && isRun(signs) && '-*_'.includes(signs[0] ?? ' ');
}

function beginsBlock(line: string, depth: number): boolean {
  return (
    line.trim() === '' ||
    FENCE.test(line) ||
    isRule(line) ||
    HEADING.test(line) ||
    isQuote(line, depth) ||
    ITEM.test(line)
  );
}

type Kind = 'em' | 'strong' | 'del' | 'speech';
interface Frame {
  readonly kind: Kind | null;
  readonly open: string;
  readonly close: string;
  readonly children: Inline[];
}

const SPEECH: Readonly<Record<string, string>> = { '“': '”', '„': '“', '«': '»', '「': '」', '『': '』', '"': '"' };
const isWord = (sign: string | undefined): boolean => sign !== undefined && /[\p{L}\p{N}]/u.test(sign);
const isSpace = (sign: string | undefined): boolean => sign === undefined || /\s/.test(sign);
const MARKS = /[\\`*_~“”„«»「」『』"]/g;

/** A paragraph, read once from left to right with the marks that are open. */
class Paragraph {
  private readonly text: string;
  private readonly frames: Frame[] = [{ kind: null, open: '', close: '', children: [] }];
  /** Runs of so many backticks are known to come no more. */
  private readonly noMore = new Set<number>();

  constructor(text: string) {
    this.text = text;
  }

  read(isOpen: boolean): readonly Inline[] {
    const { text } = this;
    let from = 0;
    for (;;) {
      MARKS.lastIndex = from;
      const at = MARKS.exec(text)?.index ?? text.length;
      this.say(text.slice(from, at));
      if (at === text.length) break;
      from = this.take(at);
    }
    while (this.frames.length > 1) this.drop(isOpen);
    return this.top.children;
  }

  private get top(): Frame {
    return this.frames.at(-1) as Frame;
  }

  private say(text: string): void {
    const { children } = this.top;
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else if (text !== '') children.push(text);
  }

  /** The frame that was opened last goes; `closed`: as what it is, else its mark was text. */
  private drop(closed: boolean): void {
    const { kind, open, children } = this.frames.pop() as Frame;
    if (closed && kind !== null && children.length > 0) {
      this.top.children.push({ type: kind, children });
      return;
    }
    // The mark of speech is among its children.
    if (kind !== 'speech') this.say(open);
    for (const child of children)
      if (typeof child === 'string') this.say(child);
      else this.top.children.push(child);
  }

  /** Takes the mark at a place; answers where what follows it begins. */
  private take(at: number): number {
    const { text } = this;
    const sign = text[at] ?? '';
    if (sign === '\\') {
      const next = text[at + 1];
      const isEscape = next !== undefined && /[\\`*_~#>\-+!.()[\]{}"]/.test(next);
      this.say(isEscape ? next : sign);
      return at + (isEscape ? 2 : 1);
    }
    if (sign === '`') return this.takeCode(at);
    if (sign === '*' || sign === '_' || sign === '~') return this.takeEmphasis(at, sign);
    return this.takeSpeech(at, sign);
  }

  private runAt(at: number): number {
    let end = at;
    while (this.text[end] === this.text[at]) end++;
    return end - at;
  }

  private takeCode(at: number): number {
    const { text } = this;
    const length = this.runAt(at);
    const run = '`'.repeat(length);
    let close = this.noMore.has(length) ? -1 : text.indexOf(run, at + length);
    while (close !== -1 && this.runAt(close) !== length) close = text.indexOf(run, close + this.runAt(close));
    if (close === -1) {
      this.noMore.add(length);
      this.say(run);
      return at + length;
    }
    this.top.children.push({ type: 'code', text: text.slice(at + length, close) });
    return close + length;
  }

  private takeEmphasis(at: number, sign: string): number {
    const { text } = this;
    const length = this.runAt(at);
    const end = at + length;
    const [before, behind] = [text[at - 1], text[end]];
    const isInside = sign === '_' && isWord(before) && isWord(behind);
    const isKnown = sign === '~' ? length === 2 : length <= 3;
    if (!isKnown || isInside) {
      this.say(text.slice(at, end));
      return end;
    }
    let rest = length;
    while (rest > 0 && !isSpace(before) && this.close(sign, rest)) rest -= this.closed;
    if (rest > 0 && !isSpace(behind) && this.frames.length < DEEPEST_MARK) {
      if (sign === '~') this.open('del', '~~');
      else {
        if (rest >= 2) this.open('strong', sign + sign);
        if (rest !== 2) this.open('em', sign);
      }
    } else if (rest > 0) this.say(sign.repeat(rest));
    return end;
  }

  /** How many signs closed the last frame. */
  private closed = 0;

  /** Closes the innermost frame of this sign that so many of it can close. */
  private close(sign: string, most: number): boolean {
    const at = this.frames.findLastIndex(({ close }) => close[0] === sign && close.length <= most && close !== '"');
    if (at < 1) return false;
    while (this.frames.length > at + 1) this.drop(false);
    this.closed = this.top.close.length;
    this.drop(true);
    return true;
  }

  private open(kind: Kind, open: string, close = open): void {
    this.frames.push({ kind, open, close, children: [] });
  }

  private takeSpeech(at: number, sign: string): number {
    const { text, frames } = this;
    const open = frames.findLastIndex(({ kind, close }) => kind === 'speech' && close === sign);
    if (open > 0) {
      while (frames.length > open + 1) this.drop(false);
      this.say(sign);
      this.drop(true);
      return at + 1;
    }
    const close = SPEECH[sign];
    const begins = sign !== '"' || (!isSpace(text[at + 1]) && !isWord(text[at - 1]));
    if (close !== undefined && begins && frames.length < DEEPEST_MARK) this.open('speech', sign, close);
    this.say(sign);
    return at + 1;
  }
}

const inlinesOf = (text: string, isOpen: boolean): readonly Inline[] => new Paragraph(text).read(isOpen);

import { promptFormat } from './formats.ts';
import { agreement, type Agreement, PROBES, type Probe, type Rendering, withoutBos } from './template-probes.ts';
import type { PromptFormat } from '../types.ts';

/** What marks begin with alike is no accident from so many characters on. */
const LEAST_MARK = 3;
/** Longer ones are no marks, and nobody's time is spent on them. */
const LONGEST_MARK = 1000;
const MARK = /<[^<>\s]+>|\[[^[\]\s]+\]/g;

export interface Deduced {
  readonly format: PromptFormat;
  readonly agreement: Agreement;
}

/** What stands before, between and behind the turns of three rounds. */
interface Around {
  readonly start: string;
  readonly userToModel: string;
  readonly modelToUser: string;
  readonly end: string;
}

/**
 * What a model's own template writes around turns, as a format; null where it cannot be one. The answer is proved: it
 * renders all conversations without a note, or all with one, as the template did.
 */
export function deduceFormat(renderings: readonly Rendering[], bos: string | null): Deduced | null {
  const [best] = waysToCut(renderings, bos)
    .flatMap((around) => formatAround(around, renderings, bos) ?? [])
    .flatMap(waysToTakeNotes)
    .map((format) => ({ format, agreement: agreement(format, renderings, bos) }))
    .filter(({ agreement: { plain, noted } }) => plain || noted)
    .toSorted((a, b) => rank(b.agreement) - rank(a.agreement));
  return best ?? null;
}

const rank = ({ plain, noted, differs }: Agreement): number => Number(plain) + Number(noted) + Number(!differs);

/** Some templates put what leads in front of the last user turn. */
export const waysToTakeNotes = (format: PromptFormat): PromptFormat[] =>
  format.system === 'fold' ? [format, { ...format, system: 'last' }] : [format];

/** The marks between turns as they stand first, and as they stand last. */
function waysToCut(renderings: readonly Rendering[], bos: string | null): Around[] {
  const told = piecesOf('none', renderings, bos) ?? piecesOf('first', renderings, bos)?.slice(1);
  if (told === undefined || told.length < 4) return [];
  const [start = '', userToModel = '', modelToUser = ''] = told;
  const [lastUserToModel = '', lastModelToUser = '', end = ''] = told.slice(-3);
  return [
    { start, userToModel, modelToUser, end },
    { start, userToModel: lastUserToModel, modelToUser: lastModelToUser, end },
  ];
}

function formatAround(around: Around, renderings: readonly Rendering[], bos: string | null): PromptFormat | null {
  const { start, userToModel, modelToUser, end } = around;
  if (start + userToModel + modelToUser === '') return null;
  if (Math.max(userToModel.length, modelToUser.length) > LONGEST_MARK) return null;
  const beforeUser = opensUser(around);
  const afterModel = modelToUser.slice(0, modelToUser.length - beforeUser.length);
  const afterUser = closesUser(around, beforeUser, afterModel);
  const beforeModel = userToModel.slice(afterUser.length);
  // A word alone ends no reply.
  const marks = [afterModel, beforeUser].map((mark) => mark.trim()).filter((mark) => /[^\p{L}\p{N}\s]/u.test(mark));
  const ofNotes = marksOfNotes(around, { beforeUser, afterModel }, renderings, bos);
  const opens = end.slice(afterUser.length);
  const parsed = promptFormat.safeParse({
    name: 'own',
    title: 'The model’s own',
    kind: 'turns',
    sameRole: 'join',
    startsWithUser: true,
    system: ofNotes?.system ?? 'fold',
    before: { system: ofNotes?.before ?? beforeUser, user: beforeUser, model: beforeModel },
    after: { system: ofNotes?.after ?? afterUser, user: afterUser, model: afterModel },
    // Old templates do not open the reply.
    opensReply: opens === '' ? beforeModel : opens,
    stops: [...new Set(marks)],
  } satisfies PromptFormat);
  return parsed.success ? withFront(parsed.data, renderings, bos) : null;
}

/** The end of what stands before a user turn that opens it: what stands there also behind a reply. */
function opensUser({ start, userToModel, modelToUser }: Around): string {
  if (modelToUser.endsWith(start)) return start;
  const common = commonEnd(start, modelToUser);
  // A preface opens like a turn.
  const first = start.slice(0, LONGEST_MARK);
  const alike = Array.from(common, (_, index) => commonStart(common.slice(index), first).length);
  const most = Math.max(...alike);
  if (most >= LEAST_MARK) return common.slice(alike.lastIndexOf(most));
  const closing = commonStart(userToModel, modelToUser);
  if (!common.startsWith(closing)) return common;
  const opening = common.slice(closing.length);
  const [last, ...more] = [...closing.matchAll(MARK)].toReversed();
  // Turns of all roles open with one mark.
  return last !== undefined && more.length > 0 && opening.match(MARK) === null ? common.slice(last.index) : opening;
}

/** What closes a user turn also where the reply is opened; what opens its thinking is no part of it. */
function closesUser({ userToModel, end }: Around, beforeUser: string, afterModel: string): string {
  const shared = commonStart(userToModel, end);
  const [opensThinking = '', name] = /<([^<>\s/]+)>\s*$/.exec(shared) ?? [];
  const thinks = name !== undefined && `${userToModel}${end}`.includes(`</${name}>`);
  const opens = thinks ? without(shared, opensThinking) : shared;
  if (afterModel !== '' && opens.startsWith(afterModel)) return afterModel;
  return without(opens, opening(beforeUser, opens));
}

interface NoteMarks {
  readonly system: PromptFormat['system'];
  readonly before: string;
  readonly after: string;
}

/** What stands around a note between turns, else around one in front; null where none is taken. */
function marksOfNotes(
  { start }: Around,
  { beforeUser, afterModel }: { beforeUser: string; afterModel: string },
  renderings: readonly Rendering[],
  bos: string | null,
): NoteMarks | null {
  const [, , closed, opened] = piecesOf('later', renderings, bos) ?? [];
  if (closed?.startsWith(afterModel) === true && opened?.endsWith(beforeUser) === true) {
    return { system: 'own', before: closed.slice(afterModel.length), after: without(opened, beforeUser) };
  }
  const [before, after] = piecesOf('first', renderings, bos) ?? [];
  if (before === undefined || after === undefined) return null;
  const front = without(start, beforeUser);
  if (after.endsWith(beforeUser)) {
    const closing = without(after, beforeUser);
    if (before.startsWith(front)) return { system: 'own', before: before.slice(front.length), after: closing };
    return front.startsWith(before) && isWordless(before) ? { system: 'own', before, after: closing } : null;
  }
  const opening = front + beforeUser;
  if (!before.startsWith(opening) || (before === opening && after === '\n\n')) return null;
  return { system: 'wrap', before: before.slice(opening.length), after };
}

/** Marks and a role, not what somebody says. */
const isWordless = (text: string): boolean => text.trim().split(/\s+/).length <= 2;

/** A format with what a template puts in front of all, and around a note there (F13). */
export function withFront(format: PromptFormat, renderings: readonly Rendering[], bos: string | null): PromptFormat {
  const { user, system } = format.before;
  const [start] = piecesOf('none', renderings, bos) ?? [];
  const [before, after] = piecesOf('first', renderings, bos) ?? [];
  if (start?.endsWith(user) === false) return format;
  const front = start === undefined ? null : without(start, user);
  const { begins: _, ...rest } = format;
  const beginning = front === null || front === '' ? rest : { ...rest, begins: front };
  const unchanged = front === null || front === (format.begins ?? '') ? format : beginning;
  if (before === undefined || after?.endsWith(user) !== true) return unchanged;
  const closing = without(after, user);
  const isOwn = format.system === 'own' && before === `${front ?? ''}${system}` && closing === format.after.system;
  return isOwn ? unchanged : { ...rest, preface: { alone: front ?? '', before, after: closing } };
}

const without = (text: string, end: string): string => text.slice(0, text.length - end.length);

/** What stands before, between and behind the turns of the longest probe of a kind that has them in order. */
function piecesOf(note: Probe['note'], renderings: readonly Rendering[], bos: string | null): string[] | null {
  const cut = PROBES.map((probe, index) => (probe.note === note ? pieces(renderings[index], probe, bos) : null));
  return cut.findLast((one) => one !== null && one.length > 3) ?? cut.findLast((one) => one !== null) ?? null;
}

function pieces(rendering: Rendering | undefined, { turns }: Probe, bos: string | null): string[] | null {
  if (rendering === undefined || 'refusal' in rendering) return null;
  let rest = withoutBos(rendering.text, bos);
  const found: string[] = [];
  for (const { text } of turns) {
    const parts = rest.split(text);
    if (parts.length !== 2) return null;
    found.push(parts[0] ?? '');
    rest = parts[1] ?? '';
  }
  return [...found, rest];
}

/** The end of a text that opens a turn as `model` does: with as many marks. */
function opening(model: string, text: string): string {
  const marks = [...text.matchAll(MARK)];
  const most = [...model.matchAll(MARK)].length;
  return text.slice(most === 0 ? 0 : (marks.at(-most)?.index ?? 0));
}

/** What two texts end with alike, in whole marks. */
function commonEnd(a: string, b: string): string {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length++;
  const whole = [a, b].map((text) => {
    const from = text.length - length;
    const cut = [...text.matchAll(MARK)].find((mark) => mark.index < from && mark.index + mark[0].length > from);
    return cut === undefined ? length : text.length - cut.index - cut[0].length;
  });
  return a.slice(a.length - Math.min(...whole));
}

/** What two texts begin with alike, in whole marks. */
function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length++;
  const whole = [a, b].map((text) => {
    const cut = [...text.matchAll(MARK)].find((mark) => mark.index < length && mark.index + mark[0].length > length);
    return cut === undefined ? length : cut.index;
  });
  return a.slice(0, Math.min(...whole));
}

import { promptFormat } from './formats.ts';
import { agreement, PROBES, type Rendering, renderText, withoutBos } from './template-probes.ts';
import type { PromptFormat } from '../types.ts';
import { atBrackets, isBracketed } from '../plan/role-words.ts';

const MARK = /<[^<>\s]+>|\[[^[\]\s]+\]/g;

/**
 * `exact`: on all conversations. Else a template puts a preface of its own in front where there is no note, or takes
 * notes in a way of its own.
 */
export interface Deduced {
  readonly format: PromptFormat;
  readonly exact: boolean;
}

/**
 * What a model's own template writes around turns, as a format; null where it cannot be one. The answer is proved: it
 * renders the probes as the template did.
 */
export function deduceFormat(renderings: readonly Rendering[], bos: string | null): Deduced | null {
  const [plain, noted] = [1, 3].map((index) => pieces(renderings[index], index, bos));
  if (!plain) return null;
  const [wholeStart = '', betweenUserAndModel = '', betweenModelAndUser = '', end = ''] = plain;
  const [wholeNoteStart = '', afterNote = ''] = noted ?? [];
  const begins = beginningOf(wholeStart, wholeNoteStart, betweenModelAndUser);
  const [start, noteStart] = [wholeStart.slice(begins.length), wholeNoteStart.slice(begins.length)];
  const own = noted?.slice(2).join('\0') === plain.slice(1).join('\0');

  const beforeUser = betweenModelAndUser.endsWith(start)
    ? start
    : opening(noteStart, commonEnd(afterNote, commonEnd(start, betweenModelAndUser)));
  const afterModel = betweenModelAndUser.slice(0, betweenModelAndUser.length - beforeUser.length);
  const closesAlike = afterModel !== '' && betweenUserAndModel.startsWith(afterModel) && end.startsWith(afterModel);
  const beforeModel = closesAlike
    ? betweenUserAndModel.slice(afterModel.length)
    : opening(beforeUser, betweenUserAndModel);
  const afterUser = betweenUserAndModel.slice(0, betweenUserAndModel.length - beforeModel.length);
  if (!end.startsWith(afterUser)) return null;
  const sends = own && afterNote.endsWith(beforeUser);
  const marks = [afterModel, beforeUser].map((mark) => mark.trim()).filter((mark) => mark !== '');
  const parsed = promptFormat.safeParse({
    name: 'own',
    title: 'The model’s own',
    kind: 'turns',
    sameRole: 'join',
    startsWithUser: true,
    system: sends ? 'own' : 'fold',
    ...(begins === '' ? {} : { begins }),
    before: { system: sends ? noteStart : beforeUser, user: beforeUser, model: beforeModel },
    after: {
      system: sends ? afterNote.slice(0, afterNote.length - beforeUser.length) : afterUser,
      user: afterUser,
      model: afterModel,
    },
    opensReply: end.slice(afterUser.length),
    stops: [...new Set(marks)],
  } satisfies PromptFormat);
  if (!parsed.success || beforeUser + betweenUserAndModel + betweenModelAndUser === '') return null;
  const { plain: onPlain, noted: onNoted } = agreement(parsed.data, renderings, bos);
  const prefaced = PROBES.every(
    ({ turns, noted: withNote }, index) =>
      withNote || textOf(renderings[index]).endsWith(renderText(parsed.data, turns)),
  );
  if (!onPlain && !(onNoted && prefaced)) return null;
  // Old templates do not open the reply.
  const opensReply = parsed.data.opensReply === '' ? parsed.data.before.model : parsed.data.opensReply;
  return { format: { ...parsed.data, opensReply }, exact: onPlain && onNoted };
}

/**
 * The marks that a template writes once in front of all, before a user turn as before a note. Words there are a preface
 * of its own.
 */
function beginningOf(start: string, noteStart: string, betweenModelAndUser: string): string {
  const begins = start.slice(0, start.length - commonEnd(start, betweenModelAndUser).length);
  return noteStart.startsWith(begins) && atBrackets(begins).every(isBracketed) ? begins : '';
}

function textOf(rendering: Rendering | undefined): string {
  return rendering !== undefined && 'text' in rendering ? rendering.text : '';
}

/**
 * What stands before, between and behind the turns of a probe; null if they are not there as they were, once and in
 * order.
 */
function pieces(rendering: Rendering | undefined, probe: number, bos: string | null): string[] | null {
  if (rendering === undefined || 'refusal' in rendering) return null;
  let rest = withoutBos(rendering.text, bos);
  const found: string[] = [];
  for (const { text } of PROBES[probe]?.turns ?? []) {
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
  const count = [...model.matchAll(MARK)].length;
  return text.slice(count === 0 ? 0 : (marks.at(-count)?.index ?? 0));
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

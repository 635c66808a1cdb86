import { ChatTemplate, CLOCK } from './chat-template.ts';
import type { Rendering, TemplateProbe } from '../../../../shared/prompt/formats/template-probes.ts';

export interface RenderTask {
  readonly kind: 'render';
  readonly template: string;
  readonly probes: readonly TemplateProbe[];
  /** Texts of the tokens that begin and end a text; null where the file names none. */
  readonly special: { readonly bos: string | null; readonly eos: string | null };
}

/** Far more than any template adds to a short conversation. */
const MAX_OUTPUT = 65_536;

/** Every conversation by itself: a template may refuse one and render the next. */
export function render({ template, probes, special }: RenderTask): Rendering[] {
  let parsed: ChatTemplate;
  try {
    parsed = new ChatTemplate(template);
  } catch (error) {
    return probes.map(() => ({ refusal: messageOf(error) }));
  }
  const all = (more: Readonly<Record<string, unknown>>): Rendering[] =>
    probes.map((probe) => {
      const tries = waysToSay(probe).map((way) => rendered(parsed, { ...way, ...named(special), ...more }));
      return tries.find(isText) ?? tries[0] ?? { refusal: '' };
    });
  const unasked = all({});
  if (!unasked.some(endsThinking)) return unasked;
  // Some open the thinking and close it at once, unless they are told not to.
  return THINKS.map(all).find((asked) => asked.some(isText) && !asked.some(endsThinking)) ?? unasked;
}

const THINKS = [{ enable_thinking: true }, { thinking: true }];
const isText = (one: Rendering): boolean => 'text' in one;
const endsThinking = (one: Rendering): boolean => 'text' in one && /<([^<>\s/]+)>\s*<\/\1>\s*$/.test(one.text);

/** What is said first is what transformers says; some templates count their tools, or take a turn's text in parts. */
function waysToSay(messages: TemplateProbe): Record<string, unknown>[] {
  const inParts = messages.map(({ role, content }) => ({ role, content: [{ type: 'text', text: content }] }));
  const said = { messages, tools: null, documents: null, add_generation_prompt: true };
  return [said, { ...said, tools: [], documents: [] }, { ...said, messages: inParts }];
}

/** A token that the file does not name is not defined. */
const named = ({ bos, eos }: RenderTask['special']): Record<string, string> => ({
  ...(bos === null ? {} : { bos_token: bos }),
  ...(eos === null ? {} : { eos_token: eos }),
});

function rendered(template: ChatTemplate, given: Readonly<Record<string, unknown>>): Rendering {
  try {
    const told: string[] = [];
    const text = template.render(given, (format) => {
      const time = CLOCK(format);
      told.push(time);
      return time;
    });
    if (text.length > MAX_OUTPUT) return { refusal: 'It wrote more than any conversation needs.' };
    const date = told.find((time) => time !== '' && text.includes(time));
    return date === undefined ? { text } : { text, date };
  } catch (error) {
    return { refusal: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}

import { Template } from '@huggingface/jinja';
import type { Rendering, TemplateProbe } from '../../../../shared/prompt/formats/template-probes.ts';

export interface RenderTask {
  readonly kind: 'render';
  readonly template: string;
  readonly probes: readonly TemplateProbe[];
  readonly special: { readonly bos: string; readonly eos: string };
}

/** Far more than any template adds to a short conversation. */
const MAX_OUTPUT = 65_536;

/** Every conversation by itself: a template may refuse one and render the next. */
export function render({ template, probes, special }: RenderTask): Rendering[] {
  let parsed: Template;
  try {
    parsed = new Template(template);
  } catch (error) {
    return probes.map(() => ({ refusal: messageOf(error) }));
  }
  return probes.map((messages): Rendering => {
    try {
      const text = parsed.render({
        messages,
        bos_token: special.bos,
        eos_token: special.eos,
        add_generation_prompt: true,
      });
      return text.length > MAX_OUTPUT ? { refusal: 'It wrote more than any conversation needs.' } : { text };
    } catch (error) {
      return { refusal: messageOf(error) };
    }
  });
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}

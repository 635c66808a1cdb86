import { ChevronDown, ChevronRight, ChevronUp } from 'lucide-react';
import type { ReactElement } from 'react';
import type { CastView } from '../../shared/contract/cast.ts';
import { HEAD_PARTS, type HeadPart } from '../../shared/prompt/roleplay.ts';
import { words } from '../locales/index.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { useFlag } from '../workspace/remembered.ts';
import { changeCast } from './cast.ts';
import ui from '../ui/ui.module.css';
import css from './cast.module.css';

/** What the head of the prompt is made of, in its order; each part can be switched off. */
export function HeadOrder({ cast: { order } }: { readonly cast: CastView }): ReactElement {
  const [open, setOpen] = useFlag('headOpen', false);
  const off = HEAD_PARTS.filter((part) => !order.includes(part));
  const move = (part: HeadPart, to: number): void => {
    const rest = order.filter((other) => other !== part);
    changeCast({ order: [...rest.slice(0, to), part, ...rest.slice(to)] });
  };
  return (
    <div>
      <button type="button" className={ui.disclose} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={13} aria-hidden />
        {words.cast.head}
        <span>{off.length === 0 ? '' : words.cast.off(off.length)}</span>
      </button>
      {open ? (
        <ol className={css.parts} aria-label={words.cast.head}>
          {[...order, ...off].map((part) => {
            const place = order.indexOf(part);
            const isOn = place >= 0;
            const name = words.cast.parts[part];
            return (
              <li key={part}>
                <label>
                  <input
                    type="checkbox"
                    checked={isOn}
                    // The turns that lead belong to the story: they are always sent.
                    disabled={part === 'opening'}
                    onChange={() =>
                      changeCast({ order: isOn ? order.filter((other) => other !== part) : [...order, part] })
                    }
                  />
                  {name}
                </label>
                {isOn ? (
                  <>
                    <IconButton
                      icon={ChevronUp}
                      size={14}
                      label={words.cast.earlier(name)}
                      disabledWhy={place === 0 ? words.cast.isFirst : null}
                      onClick={() => move(part, place - 1)}
                    />
                    <IconButton
                      icon={ChevronDown}
                      size={14}
                      label={words.cast.later(name)}
                      disabledWhy={place === order.length - 1 ? words.cast.isLast : null}
                      onClick={() => move(part, place + 1)}
                    />
                  </>
                ) : null}
              </li>
            );
          })}
        </ol>
      ) : null}
    </div>
  );
}

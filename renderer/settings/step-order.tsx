import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import type { Sampling, Step } from '../../shared/settings/sampling.ts';
import { words } from '../locales/index.ts';
import { IconButton } from '../ui/icon-button.tsx';
import type { SettingProps } from './number-setting.tsx';
import css from './settings.module.css';

/** The steps in their order: drag one, or move it with its buttons. */
export function StepOrder({ sampling, change }: SettingProps): ReactElement {
  const [held, setHeld] = useState<Step | null>(null);
  const move = (step: Step, to: number): void => change({ ...sampling, order: moved(sampling.order, step, to) });
  return (
    <ol className={css.steps}>
      {sampling.order.map((step, place) => (
        <li
          key={step}
          draggable
          data-held={step === held || undefined}
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            setHeld(step);
          }}
          onDragEnd={() => setHeld(null)}
          onDragOver={(event) => {
            event.preventDefault();
            if (held !== null && held !== step) move(held, place);
          }}
        >
          <span>{words.sampling.steps[step]}</span>
          <IconButton
            icon={ChevronUp}
            size={14}
            label={words.sampling.earlier(words.sampling.steps[step])}
            disabledWhy={place === 0 ? words.sampling.isFirst : null}
            onClick={() => move(step, place - 1)}
          />
          <IconButton
            icon={ChevronDown}
            size={14}
            label={words.sampling.later(words.sampling.steps[step])}
            disabledWhy={place === sampling.order.length - 1 ? words.sampling.isLast : null}
            onClick={() => move(step, place + 1)}
          />
        </li>
      ))}
    </ol>
  );
}

function moved(order: Sampling['order'], step: Step, to: number): Step[] {
  const rest = order.filter((other) => other !== step);
  return [...rest.slice(0, to), step, ...rest.slice(to)];
}

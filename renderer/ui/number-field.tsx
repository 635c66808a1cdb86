import { NumberField as Base } from '@base-ui/react/number-field';
import { useState, type ReactElement } from 'react';
import { words } from '../locales/index.ts';
import ui from './ui.module.css';

interface Props {
  readonly id?: string;
  readonly label?: string;
  readonly value: number | null;
  readonly least: number;
  readonly most: number;
  readonly step?: number;
  /** What stands there while it is empty; without it, it may not be. */
  readonly placeholder?: string;
  readonly title?: string;
  readonly className?: string;
  /** What is typed, where it is one of the allowed. */
  readonly onChange: (value: number | null) => void;
}

/** As it is typed: a separator of thousands would move the caret. */
const FORMAT = { useGrouping: false, maximumFractionDigits: 10 };

/** A comma is a decimal point; in a whole number it parts the thousands, as it does where the page shows one. */
function readCommas(input: HTMLInputElement, isWhole: boolean): void {
  if (!input.value.includes(',')) return;
  const { selectionStart, value } = input;
  input.value = value.replaceAll(',', isWhole ? '' : '.');
  const caret = (selectionStart ?? value.length) - (value.length - input.value.length);
  input.setSelectionRange(caret, caret);
}

/** A number that is typed or stepped with the arrows. What is not allowed is marked, not taken, and gone when left. */
export function NumberField({
  id,
  label,
  value,
  least,
  most,
  step = 1,
  placeholder,
  title,
  className = `${ui.field} num`,
  onChange,
}: Props): ReactElement {
  const [isWrong, setWrong] = useState(false);
  return (
    <Base.Root
      id={id}
      value={value}
      min={least}
      max={most}
      step={step}
      smallStep={step}
      largeStep={10 * step}
      allowOutOfRange
      locale="en"
      format={FORMAT}
      onValueChange={(next) => {
        const isAllowed = next === null ? placeholder !== undefined : next >= least && next <= most;
        setWrong(!isAllowed);
        if (isAllowed) onChange(next);
      }}
      onValueCommitted={() => setWrong(false)}
    >
      <Base.Input
        className={className}
        aria-label={label}
        aria-roledescription={words.common.numberField}
        aria-invalid={isWrong || undefined}
        onChange={({ currentTarget }) => readCommas(currentTarget, Number.isInteger(step))}
        placeholder={placeholder}
        title={isWrong ? `${String(least)} – ${String(most)}` : title}
      />
    </Base.Root>
  );
}

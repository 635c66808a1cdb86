import { useId, type ReactElement } from 'react';
import { remember, useFlag, type Flag } from '../workspace/remembered.ts';
import { THEMES, useTheme } from '../workspace/theme.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { useWorkspace } from '../workspace/workspace.ts';
import { RestSetting } from './rest-setting.tsx';
import ui from '../ui/ui.module.css';
import css from './settings.module.css';

export function SettingsDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const chosen = useTheme();
  return (
    <Modal title={words.settings.title} onClose={onClose}>
      <fieldset className={`${css.themes} ${css.inRow}`}>
        <legend>{words.settings.theme}</legend>
        {THEMES.map((theme) => (
          <label key={theme}>
            <input type="radio" name="theme" checked={theme === chosen} onChange={() => remember('theme', theme)} />
            {words.settings.themes[theme]}
          </label>
        ))}
      </fieldset>
      <fieldset className={css.themes}>
        <legend>{words.settings.page}</legend>
        <Switch name="showMarks" label={words.settings.showMarks} hint={words.settings.showMarksHint} />
        <Switch name="plainInput" label={words.settings.plainInput} hint={words.settings.plainInputHint} />
      </fieldset>
      <RestSetting />
      <fieldset className={css.themes}>
        <legend>{words.settings.idle}</legend>
        <Switch name="prepareReplies" label={words.settings.prepareReplies} hint={words.settings.prepareRepliesHint} />
      </fieldset>
      <fieldset className={css.themes}>
        <legend>{words.settings.library}</legend>
        <button type="button" className={ui.button} onClick={() => useWorkspace.setState({ dialog: 'backups' })}>
          {words.backups.title}…
        </button>
      </fieldset>
    </Modal>
  );
}

interface SwitchProps {
  readonly name: Flag;
  readonly label: string;
  readonly hint: string;
}

/** Something that is off until it is chosen, and remembered. */
function Switch({ name, label, hint }: SwitchProps): ReactElement {
  const [on, set] = useFlag(name, false);
  const id = useId();
  return (
    <>
      <label>
        <input type="checkbox" checked={on} aria-describedby={id} onChange={(event) => set(event.target.checked)} />
        {label}
      </label>
      <p className={`${ui.quiet} ${css.hint}`} id={id}>
        {hint}
      </p>
    </>
  );
}

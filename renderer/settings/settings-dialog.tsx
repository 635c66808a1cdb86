import type { ReactElement } from 'react';
import { remember, useFlag } from '../app/remembered.ts';
import { THEMES, useTheme } from '../app/theme.ts';
import { words } from '../lib/words.ts';
import { Modal } from '../ui/modal.tsx';
import { RestSetting } from './rest-setting.tsx';

export function SettingsDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const chosen = useTheme();
  const [prepares, setPrepares] = useFlag('prepareReplies', false);
  return (
    <Modal title={words.settings} onClose={onClose}>
      <fieldset className="themes">
        <legend>{words.theme}</legend>
        {THEMES.map((theme) => (
          <label key={theme}>
            <input type="radio" name="theme" checked={theme === chosen} onChange={() => remember('theme', theme)} />
            {words.themes[theme]}
          </label>
        ))}
      </fieldset>
      <RestSetting />
      <label className="check" title={words.prepareRepliesHint}>
        <input type="checkbox" checked={prepares} onChange={(event) => setPrepares(event.target.checked)} />{words.prepareReplies}
      </label>
      <p className="quiet">{words.prepareRepliesHint}</p>
    </Modal>
  );
}

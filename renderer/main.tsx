import './lib/schemas.ts';
import '@fontsource-variable/inter/opsz.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '@fontsource-variable/literata/opsz.css';
import '@fontsource-variable/literata/opsz-italic.css';
import './app/theme.css';
import './ui/ui.css';
import './app/shell.css';
import './library/library.css';
import './ledger/ledger.css';
import './models/models.css';
import './settings/settings.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { connect } from './lib/client.ts';
import { followEngine } from './lib/engine.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element.');
connect();
followEngine();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

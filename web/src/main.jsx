import { createRoot } from 'react-dom/client';
import { App } from './app.jsx';
import { start } from './session.js';
import './style.css';

createRoot(document.getElementById('root')).render(<App />);
start();

import DefaultTheme from 'vitepress/theme';
import './colors.css';
import './content.css';
import './home.css';
import './print.css';

export default DefaultTheme;

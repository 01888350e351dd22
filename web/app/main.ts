import { mount } from 'svelte';
import App from '../view/App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no element with the id "app"');

export default mount(App, { target });

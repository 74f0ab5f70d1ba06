import { render } from "preact";
import "../kit/kit.css";

render(<p>…</p>, document.getElementById("app")!);

import phone from "./phone.json";
import shell from "./shell.json";
import signin from "./signin.json";
import start from "./start.json";

export default { phone, shell, signin, start };

import phone from "./phone.json";
import profile from "./profile.json";
import settings from "./settings.json";
import shell from "./shell.json";
import signin from "./signin.json";
import start from "./start.json";

export default { phone, profile, settings, shell, signin, start };

import around from "./around.json";
import calendar from "./calendar.json";
import contacts from "./contacts.json";
import history from "./history.json";
import phone from "./phone.json";
import profile from "./profile.json";
import recordings from "./recordings.json";
import settings from "./settings.json";
import shell from "./shell.json";
import signin from "./signin.json";
import start from "./start.json";
import status from "./status.json";
import voicemail from "./voicemail.json";

export default { around, calendar, contacts, history, phone, profile, recordings, settings, shell, signin, start, status, voicemail };

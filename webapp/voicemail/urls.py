"""API routes of voicemail."""

from rest_framework.routers import SimpleRouter

from webapp.voicemail.api import GreetingViewSet, MailboxViewSet, MessageViewSet

router = SimpleRouter()
router.register("mailboxes", MailboxViewSet, basename="mailbox")
router.register("greetings", GreetingViewSet, basename="greeting")
router.register("voicemail", MessageViewSet, basename="voicemail")
urlpatterns = router.urls

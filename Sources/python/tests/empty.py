"""An app without a task."""

import jobsup

app = jobsup.App()

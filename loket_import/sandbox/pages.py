"""The pages a user sees at the sandbox: log in, allow or refuse, and what went wrong.

The texts are Dutch because Loket's are; the sandbox stands alone and has no translations.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from .model import Employer, LoketUser

STYLE = Markup("""
  :root { color-scheme: light; }
  * { box-sizing: border-box; }
  body { margin: 0; background: #f3f5f7; color: #1d2733;
         font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
  header { background: #12324a; color: #fff; padding: 14px 20px; }
  header strong { font-size: 18px; }
  .sandbox { margin-left: 10px; padding: 2px 10px; border-radius: 12px;
             background: #ffd98a; color: #3a2a00; font-size: 14px; }
  main { max-width: 460px; margin: 32px auto; padding: 28px 28px 24px; background: #fff;
         border: 1px solid #d5dce3; border-radius: 8px; }
  h1 { margin: 0 0 12px; font-size: 22px; line-height: 1.3; }
  label { display: block; margin: 16px 0 4px; font-weight: 600; }
  input { width: 100%; padding: 10px 12px; font: inherit; color: inherit; background: #fff;
          border: 1px solid #66788a; border-radius: 4px; }
  .actions { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 24px; }
  button { min-height: 44px; padding: 10px 20px; font: inherit; font-weight: 600; cursor: pointer;
           border: 1px solid #12324a; border-radius: 4px; background: #12324a; color: #fff; }
  button.secondary { background: #fff; color: #12324a; }
  :focus-visible { outline: 3px solid #e08a00; outline-offset: 2px; }
  .error { margin: 0 0 12px; padding: 10px 14px; border-left: 4px solid #b3261e;
           background: #fdecea; }
  .hint { margin-top: 24px; padding-top: 14px; border-top: 1px solid #d5dce3;
          color: #4a5866; font-size: 14px; }
  ul { margin: 8px 0; padding-left: 22px; }
  code { background: #eef1f4; padding: 1px 5px; border-radius: 3px; }
  @media (max-width: 520px) {
    main { margin: 0; min-height: 80vh; border: 0; border-radius: 0; }
    .actions button { flex: 1 1 100%; }
  }
""")

LOGIN_REFUSED = (
    "De combinatie van gebruikersnaam en wachtwoord is niet juist. Controleer beide en probeer "
    "het opnieuw."
)


def login_page(
    request_id: str, form_token: str, application: str, username: str = "", error: str = ""
) -> str:
    """The form for user name and password."""
    body = Markup("""
    <h1>Inloggen bij Loket.nl</h1>
    <p><strong>{application}</strong> vraagt toegang tot Loket.nl. Log in met de Loket-gebruiker
    die voor deze administratie is aangemaakt.</p>
    {error}
    <form method="post" action="authorize">
      {hidden}
      <label for="username">Gebruikersnaam</label>
      <input id="username" name="username" value="{username}" autocomplete="username"
             autocapitalize="none" spellcheck="false" required>
      <label for="password">Wachtwoord</label>
      <input id="password" name="password" type="password" autocomplete="current-password"
             required>
      <div class="actions"><button name="step" value="login">Inloggen</button></div>
    </form>
    <p class="hint">Dit is een nagemaakte Loket.nl met verzonnen gegevens. Gebruikers:
    <code>api.korenbloem</code>, <code>api.vandenberg</code>, <code>api.zorggroep</code> en
    <code>api.degroot</code>; wachtwoord <code>zandbak</code>.</p>
    """).format(
        application=application,
        error=_error(error),
        hidden=_hidden(request_id, form_token),
        username=username,
    )
    return _page("Fout: inloggen" if error else "Inloggen", body)


def consent_page(
    request_id: str,
    form_token: str,
    application: str,
    user: LoketUser,
    employers: list[Employer],
) -> str:
    """The question whether the application may act for the user."""
    names = Markup("").join(
        Markup("<li>{}</li>").format(employer.name) for employer in employers
    ) or Markup("<li>geen enkele werkgever</li>")
    body = Markup("""
    <h1>Toegang geven aan {application}?</h1>
    <p>U bent ingelogd als <strong>{username}</strong>.</p>
    <p><strong>{application}</strong> wil namens u gegevens uit Loket.nl ophalen. De toepassing kan
    dan alles wat deze gebruiker mag, bij:</p>
    <ul>{names}</ul>
    <form method="post" action="authorize">
      {hidden}
      <div class="actions">
        <button name="decision" value="allow">Toestaan</button>
        <button name="decision" value="deny" class="secondary">Weigeren</button>
      </div>
    </form>
    <p class="hint">U kunt deze toegang later in Loket.nl weer intrekken.</p>
    """).format(
        application=application,
        username=user.username,
        names=names,
        hidden=_hidden(request_id, form_token),
    )
    return _page("Toegang geven", body)


def error_page(text: str) -> str:
    """A page for what can't be sent back to the application."""
    body = Markup("""
    <h1>Deze aanvraag kan niet worden verwerkt</h1>
    <p class="error" role="alert">{text}</p>
    <p>Ga terug naar de toepassing waar u vandaan kwam en begin daar opnieuw.</p>
    """).format(text=text)
    return _page("Fout", body)


def _hidden(request_id: str, form_token: str) -> Markup:
    return Markup(
        '<input type="hidden" name="request" value="{}">'
        '<input type="hidden" name="token" value="{}">'
    ).format(request_id, form_token)


def _error(text: str) -> Markup:
    return Markup('<p class="error" role="alert">{}</p>').format(text) if text else Markup("")


def _page(title: str, body: Markup) -> str:
    return Markup("""<!doctype html>
<html lang="nl">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title} - Loket.nl zandbak</title>
  <link rel="icon" href="data:,">
  <style>{style}</style>
</head>
<body>
  <header><strong>Loket.nl</strong><span class="sandbox">Loket.nl zandbak</span></header>
  <main>{body}</main>
</body>
</html>
""").format(title=escape(title), style=STYLE, body=body)

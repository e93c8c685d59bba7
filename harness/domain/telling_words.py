"""Words that turn what a sentence says, in English, German, French and Spanish; all in small letters."""

_NEGATIONS = (
    "not no never without unless neither nor none nothing except "
    "nicht kein keine keinen keiner keines keinem nie niemals ohne weder "
    "ne pas jamais sans sauf aucun aucune "
    "nunca jamás sin salvo ningún ninguna ninguno excepto"
)
_MODALS = (
    "shall must may will should can could would might "
    "muss müssen musst darf dürfen soll sollen sollte sollten kann können könnte wird "
    "doit doivent devra devront peut peuvent pourra pourront "
    "debe deben deberá deberán puede pueden podrá podrán"
)
NEGATIONS = frozenset(_NEGATIONS.split())
MODALS = frozenset(_MODALS.split())

"""Holds events against the schema of OCSF, with other people's code.

Standard input has a list of events, and the argument is the version of the schema. Writes a list with what is
wrong with each of them: nothing, if it is valid.
"""

import json
import sys
from functools import cache

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(sys.argv[1]))


@cache
def validator(class_uid):
    name = schema.lookup_class_name_from_uid(class_uid)
    return Draft202012Validator(schema.get_class_schema(name))


def problems(event):
    return [f"{error.json_path}: {error.message}" for error in validator(event["class_uid"]).iter_errors(event)]


json.dump([problems(event) for event in json.load(sys.stdin)], sys.stdout)

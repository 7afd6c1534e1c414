"""Holds events against the schema of OCSF, with other people's code.

Standard input has a list of events, and the argument is the version of the schema. Writes a list with what is
wrong with each of them: nothing, if it is valid.
"""

import json
import sys
from functools import cache

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

whole = get_ocsf_schema(sys.argv[1])
schema = OcsfJsonSchemaEmbedded(whole)

# An activity that the class has no number for.
OTHER = 99


@cache
def validator(class_uid):
    name = schema.lookup_class_name_from_uid(class_uid)
    return Draft202012Validator(schema.get_class_schema(name))


@cache
def captions(class_uid):
    """What the class calls its activities. JSON Schema does not know that a name belongs to a number."""
    attributes = whole["classes"][schema.lookup_class_name_from_uid(class_uid)]["attributes"]
    return {int(number): one["caption"] for number, one in attributes["activity_id"]["enum"].items()}


def misnamed(event):
    number, name = event["activity_id"], event.get("activity_name")
    meant = captions(event["class_uid"]).get(number)
    return [] if name is None or number == OTHER or name == meant else [f"$.activity_name: {name}, not {meant}"]


def problems(event):
    return misnamed(event) + [f"{error.json_path}: {error.message}" for error in validator(event["class_uid"]).iter_errors(event)]


json.dump([problems(event) for event in json.load(sys.stdin)], sys.stdout)

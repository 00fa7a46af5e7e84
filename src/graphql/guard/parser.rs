//! An executable document of the specification (appendix B), read by descent into the engine's own tree. The engine's
//! parser backtracks: within our limits a document can cost it 40 ms, any other some ten times what it costs here, and
//! it reads some texts wrongly (docs/decisions/0003).

mod values;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, FragmentSpread, InlineFragment,
    OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeCondition, VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned};

use super::lexer::{Lexer, Token};
use super::{Refusal, invalid, short};

type Read<T> = Result<T, Refusal>;

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token at hand, not yet used.
    token: Token<'a>,
    pos: Pos,
}

impl<'a> Parser<'a> {
    pub(super) fn new(lexer: Lexer<'a>) -> Read<Self> {
        let mut parser = Self { lexer, token: Token::End, pos: Pos::default() };
        parser.bump()?;
        Ok(parser)
    }

    pub(super) fn document(mut self) -> Read<ExecutableDocument> {
        let mut anonymous = None;
        let mut operations: HashMap<Name, Positioned<OperationDefinition>> = HashMap::new();
        let mut fragments: HashMap<Name, Positioned<FragmentDefinition>> = HashMap::new();
        while self.token != Token::End {
            let described = matches!(self.token, Token::Text(_));
            if described {
                self.bump()?;
            }
            let start = self.pos;
            match self.token {
                Token::Name("fragment") => {
                    self.bump()?;
                    let (name, fragment) = self.fragment()?;
                    match fragments.entry(name) {
                        Entry::Vacant(entry) => drop(entry.insert(Positioned::new(fragment, start))),
                        Entry::Occupied(entry) => {
                            let message = format!("two fragments are named {}", short(entry.key()));
                            return Err(refuse(message, vec![start, entry.get().pos]));
                        }
                    }
                }
                Token::Mark('{') if !described => {
                    let selection_set = self.selection_set()?;
                    let (variable_definitions, directives) = (Vec::new(), Vec::new());
                    let operation = OperationDefinition {
                        ty: OperationType::Query,
                        variable_definitions,
                        directives,
                        selection_set,
                    };
                    alone(&anonymous, &operations, start)?;
                    anonymous = Some(Positioned::new(operation, start));
                }
                _ => {
                    let (name, operation) = self.operation()?;
                    if name.is_none() || anonymous.is_some() {
                        alone(&anonymous, &operations, start)?;
                    }
                    let operation = Positioned::new(operation, start);
                    match name.map(|name| operations.entry(name)) {
                        None => anonymous = Some(operation),
                        Some(Entry::Vacant(entry)) => drop(entry.insert(operation)),
                        Some(Entry::Occupied(entry)) => {
                            let message = format!("two operations are named {}", short(entry.key()));
                            return Err(refuse(message, vec![start, entry.get().pos]));
                        }
                    }
                }
            }
        }
        let operations = match anonymous {
            Some(operation) => DocumentOperations::Single(operation),
            None if operations.is_empty() => return Err(refuse("the document holds no operation", Vec::new())),
            None => DocumentOperations::Multiple(operations),
        };
        Ok(ExecutableDocument { operations, fragments })
    }

    fn operation(&mut self) -> Read<(Option<Name>, OperationDefinition)> {
        let ty = match self.token {
            Token::Name("query") => OperationType::Query,
            Token::Name("mutation") => OperationType::Mutation,
            Token::Name("subscription") => OperationType::Subscription,
            _ => return self.unexpected("an operation or a fragment"),
        };
        self.bump()?;
        let name = if matches!(self.token, Token::Name(_)) { Some(self.name("a name")?.node) } else { None };
        let mut variable_definitions = Vec::new();
        if self.eat('(')? {
            while variable_definitions.is_empty() || !self.eat(')')? {
                variable_definitions.push(self.variable_definition()?);
            }
        }
        let directives = self.directives()?;
        let selection_set = self.selection_set()?;
        Ok((name, OperationDefinition { ty, variable_definitions, directives, selection_set }))
    }

    fn fragment(&mut self) -> Read<(Name, FragmentDefinition)> {
        if self.token == Token::Name("on") {
            return self.unexpected("the fragment's name");
        }
        let name = self.name("the fragment's name")?.node;
        let Some(type_condition) = self.type_condition()? else { return self.unexpected("`on`") };
        let directives = self.directives()?;
        Ok((name, FragmentDefinition { type_condition, directives, selection_set: self.selection_set()? }))
    }

    fn variable_definition(&mut self) -> Read<Positioned<VariableDefinition>> {
        let start = self.pos;
        self.expect('$')?;
        let name = self.name("the variable's name")?;
        self.expect(':')?;
        let type_at = self.pos;
        let var_type = Positioned::new(self.variable_type()?, type_at);
        let mut default_value = None;
        if self.eat('=')? {
            let value = self.value()?;
            let Some(constant) = value.node.into_const() else {
                return Err(refuse("syntax error: a default value holds no variable", vec![value.pos]));
            };
            default_value = Some(Positioned::new(constant, value.pos));
        }
        let directives = self.directives()?;
        Ok(Positioned::new(VariableDefinition { name, var_type, directives, default_value }, start))
    }

    fn variable_type(&mut self) -> Read<Type> {
        let base = if self.eat('[')? {
            let item = self.variable_type()?;
            self.expect(']')?;
            BaseType::List(Box::new(item))
        } else {
            BaseType::Named(self.name("a type")?.node)
        };
        Ok(Type { base, nullable: !self.eat('!')? })
    }

    fn selection_set(&mut self) -> Read<Positioned<SelectionSet>> {
        let start = self.pos;
        self.expect('{')?;
        let mut items = Vec::new();
        while items.is_empty() || !self.eat('}')? {
            let start = self.pos;
            items.push(Positioned::new(self.selection()?, start));
        }
        Ok(Positioned::new(SelectionSet { items }, start))
    }

    fn selection(&mut self) -> Read<Selection> {
        let start = self.pos;
        if self.token != Token::Spread {
            return Ok(Selection::Field(Positioned::new(self.field()?, start)));
        }
        self.bump()?;
        if matches!(self.token, Token::Name(name) if name != "on") {
            let fragment_name = self.name("the fragment's name")?;
            let directives = self.directives()?;
            return Ok(Selection::FragmentSpread(Positioned::new(FragmentSpread { fragment_name, directives }, start)));
        }
        let type_condition = self.type_condition()?;
        let directives = self.directives()?;
        let selection_set = self.selection_set()?;
        let fragment = InlineFragment { type_condition, directives, selection_set };
        Ok(Selection::InlineFragment(Positioned::new(fragment, start)))
    }

    fn field(&mut self) -> Read<Field> {
        let mut name = self.name("a field")?;
        let mut alias = None;
        if self.eat(':')? {
            alias = Some(name);
            name = self.name("the field's name")?;
        }
        let arguments = self.arguments()?;
        let directives = self.directives()?;
        let selection_set = if self.token == Token::Mark('{') { self.selection_set()? } else { Positioned::default() };
        Ok(Field { alias, name, arguments, directives, selection_set })
    }

    fn type_condition(&mut self) -> Read<Option<Positioned<TypeCondition>>> {
        let start = self.pos;
        if self.token != Token::Name("on") {
            return Ok(None);
        }
        self.bump()?;
        Ok(Some(Positioned::new(TypeCondition { on: self.name("a type")? }, start)))
    }

    fn name(&mut self, wanted: &'static str) -> Read<Positioned<Name>> {
        let Token::Name(name) = self.token else { return self.unexpected(wanted) };
        let name = Positioned::new(Name::new(name), self.pos);
        self.bump()?;
        Ok(name)
    }

    fn eat(&mut self, mark: char) -> Read<bool> {
        let found = self.token == Token::Mark(mark);
        if found {
            self.bump()?;
        }
        Ok(found)
    }

    fn expect(&mut self, mark: char) -> Read<()> {
        if self.eat(mark)? { Ok(()) } else { self.unexpected(&format!("`{mark}`")) }
    }

    fn bump(&mut self) -> Read<()> {
        (self.pos, self.token) = self.lexer.next()?;
        Ok(())
    }

    fn unexpected<T>(&self, wanted: &str) -> Read<T> {
        let message = format!("syntax error: expected {wanted}, found {}", self.token.words());
        Err(refuse(message, vec![self.pos]))
    }
}

/// An operation without a name suffers no other (5.2.2.1).
fn alone(
    anonymous: &Option<Positioned<OperationDefinition>>,
    operations: &HashMap<Name, Positioned<OperationDefinition>>,
    start: Pos,
) -> Read<()> {
    match anonymous.as_ref().or_else(|| operations.values().min_by_key(|operation| operation.pos)) {
        None => Ok(()),
        Some(other) => Err(refuse("an operation without a name must be the only one", vec![start, other.pos])),
    }
}

fn refuse(message: impl Into<String>, locations: Vec<Pos>) -> Refusal {
    Refusal { error: invalid(message), locations }
}

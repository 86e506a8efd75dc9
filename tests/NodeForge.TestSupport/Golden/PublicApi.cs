using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace NodeForge.TestSupport.Golden;

/// <summary>What a library shows to others, a line for each member, sorted: a change that somebody else has to follow is seen in a
/// diff.</summary>
public sealed class PublicApi
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(double)] = "double",
    };

    private readonly NullabilityInfoContext nullability = new();

    /// <returns>Sorted, a line for each type and member that is public or protected.</returns>
    public static string Of(Assembly library)
    {
        PublicApi api = new();
        IEnumerable<string> lines = library.GetExportedTypes().SelectMany(type => api.Members(type).Prepend(Head(type)));
        return string.Concat(lines.Order(StringComparer.Ordinal).Select(line => line + "\n"));
    }

    private static string Head(Type type)
    {
        string kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => type.IsSubclassOf(typeof(Delegate)) ? "delegate" : "sealed class",
            _ => "class",
        };
        if (type.IsEnum)
            return $"{Name(type)} : {kind}";
        Type[] parent = type.IsClass && type.BaseType is { } above && above != typeof(object) ? [above] : [];
        IEnumerable<Type> bases = parent.Concat(
            type.GetInterfaces()
                .Where(one => !(one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IEquatable<>)))
                .OrderBy(one => Name(one), StringComparer.Ordinal)
        );
        return $"{Name(type)} : {kind}{string.Concat(bases.Select(one => ", " + Name(one)))}";
    }

    private IEnumerable<string> Members(Type type)
    {
        string own = Name(type) + ".";
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{own}{name} = {((IConvertible)Enum.Parse(type, name)).ToInt64(null)}");
        return
        [
            .. type.GetConstructors(Own).Where(Shows).Select(made => $"{own}new({Parameters(made)})"),
            .. type.GetMethods(Own)
                .Where(method => Shows(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)))
                .Select(method => Method(own, method)),
            .. type.GetProperties(Own)
                .Where(property => property.GetAccessors(nonPublic: true).Any(Visible) && !IsMade(property))
                .Select(property => Property(own, property)),
            .. type.GetFields(Own)
                .Where(field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName)
                .Select(field => (Field: field, Type: Name(field.FieldType, nullability.Create(field))))
                .Select(pair => $"{own}{pair.Field.Name} : {pair.Type}{(pair.Field.IsLiteral ? " const" : "")}"),
            .. type.GetEvents(Own)
                .Where(happening => happening.AddMethod is { } add && Visible(add))
                .Select(happening => $"{own}{happening.Name} : event {Name(happening.EventHandlerType!)}"),
        ];
    }

    private string Method(string own, MethodInfo method)
    {
        string generic = string.Join(", ", method.GetGenericArguments().Select(one => one.Name));
        generic = generic.Length > 0 ? $"<{generic}>" : "";
        string returned = (method.IsStatic ? "static " : "") + Name(method.ReturnType, nullability.Create(method.ReturnParameter));
        return $"{own}{method.Name}{generic}({Parameters(method)}) : {returned}";
    }

    private string Property(string own, PropertyInfo property)
    {
        string accessors =
            (property.GetMethod is { } get && Visible(get) ? " get;" : "")
            + (
                property.SetMethod is { } set && Visible(set)
                    ? set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit))
                        ? " init;"
                        : " set;"
                    : ""
            );
        string index = property.GetIndexParameters() is { Length: > 0 } keys
            ? $"[{string.Join(", ", keys.Select(key => Name(key.ParameterType)))}]"
            : "";
        bool isStatic = property.GetAccessors(nonPublic: true)[0].IsStatic,
            required = property.IsDefined(typeof(RequiredMemberAttribute));
        string words = (isStatic ? "static " : "") + (required ? "required " : "");
        return $"{own}{property.Name}{index} : {words}{Name(property.PropertyType, nullability.Create(property))} {{{accessors} }}";
    }

    private string Parameters(MethodBase method) =>
        string.Join(
            ", ",
            method
                .GetParameters()
                .Select(parameter =>
                {
                    string way =
                        parameter.IsOut ? "out "
                        : parameter.ParameterType.IsByRef ? "ref "
                        : parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute))
                            ? "params "
                        : "";
                    string value = parameter.IsOptional ? " = " + Value(parameter.DefaultValue) : "";
                    return $"{way}{Name(parameter.ParameterType, nullability.Create(parameter))} {parameter.Name}{value}";
                })
        );

    private static string Value(object? value) =>
        value switch
        {
            null => "default",
            string text => $"\"{text}\"",
            bool known => known ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    private static string Name(Type type, NullabilityInfo known) =>
        Name(type) + (!type.IsValueType && known.ReadState == NullabilityState.Nullable ? "?" : "");

    // What the compiler makes of a record follows from its parameters.
    private static bool IsMade(MemberInfo member) =>
        member.Name.Contains('<', StringComparison.Ordinal) || member.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool Shows(MethodBase method) => Visible(method) && !IsMade(method);

    private static bool Visible(MethodBase method) =>
        method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && method.DeclaringType is { IsSealed: false });

    private static string Name(Type type)
    {
        if (type.IsByRef || type.IsPointer)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter)
            return type.Name;
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Name(value) + "?";
        if (Keywords.TryGetValue(type, out string? keyword))
            return keyword;
        string name =
            type.DeclaringType is { } outer ? $"{Name(outer)}.{Bare(type)}"
            : IsOurs(type) ? $"{type.Namespace}.{Bare(type)}"
            : Bare(type);
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(one => Name(one)))}>" : name;
    }

    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("NodeForge", StringComparison.Ordinal) == true;

    private static string Bare(Type type) => type.Name.Split('`')[0];
}
